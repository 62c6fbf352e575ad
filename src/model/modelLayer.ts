import { ShapeError } from "../errors.ts";
import { type AnyLayer, makeLayer } from "../layers/defineLayer.ts";
import { printShape, sameShape } from "../shape.ts";
import { forward } from "./forward.ts";
import type { AnyModel } from "./model.ts";

/**
 * The layer that stands for a model within another one. Its parameters are the model's variables under
 * their names there, `layer/parameter`, and every model that holds the layer shares their values.
 */
export function modelLayer(model: AnyModel): AnyLayer {
  const layer = makeLayer({
    kind: "model",
    layerName: model.name,
    trainable: true,
    inputShape: null,
    options: { name: model.name, model },
    inputDtype: model.built && model.topology.inputs[0]!.dtype === "int32" ? "int32" : "float32",
    indexLimit: null,
    adaptable: {},
    params: (shapes) => {
      if (!model.built) model.build(shapes[0]!);
      const { inputs } = model.topology;
      const want = inputs.map((t) => t.shape);
      if (want.length !== shapes.length || want.some((s, i) => !sameShape(s, shapes[i]!))) {
        const text = (list: readonly (readonly number[])[]): string =>
          list.map((s) => printShape([null, ...s])).join(", ");
        throw new ShapeError(
          `model "${model.name}": is applied to inputs of shape ${text(shapes)}, but was built for ${text(want)}; make one for these shapes`,
        );
      }
      return Object.fromEntries(model.variables.map((v) => [v.name, v.spec]));
    },
    call: (xs, { params, training, frozen, randomStream, update }) => {
      const { inputs, outputs, nameOf } = model.topology;
      return forward(outputs, new Map(inputs.map((t, i) => [t, xs[i]!])), {
        nameOf,
        variable: (name) => params[name]!,
        training,
        frozen,
        randomStream,
        update,
      });
    },
    inner: (parameter) => {
      const { layers, nameOf } = model.topology;
      const at = parameter.indexOf("/");
      const name = parameter.slice(0, at);
      return {
        layer: layers.find((one) => nameOf(one) === name)!,
        parameter: parameter.slice(at + 1),
      };
    },
  });
  Object.defineProperty(layer, "trainable", {
    get: () => model.trainable,
    set: (value: boolean) => {
      model.trainable = value;
    },
  });
  return layer;
}
