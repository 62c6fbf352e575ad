import type { AnyLayer } from "../../layers/defineLayer.ts";
import type { LayerTensor } from "../../layers/layerTensor.ts";
import type { AnyModel } from "../model.ts";
import { type Dialect, KerasLayerWriter, type Written } from "./kerasLayer.ts";

/** `[null, ...shape]`: the batch is open. */
function withBatch(shape: readonly number[]): (number | null)[] {
  return [null, ...shape];
}

function shapeKey(dialect: Dialect): string {
  return dialect === "keras3" ? "batch_shape" : "batch_input_shape";
}

class ModelWriter {
  private readonly layers: KerasLayerWriter;
  private readonly dialect: Dialect;

  constructor(subject: string, dialect: Dialect) {
    this.layers = new KerasLayerWriter(subject, dialect);
    this.dialect = dialect;
  }

  private object(className: string, config: Written, module = "keras"): Written {
    const base = { class_name: className, config };
    const registered = module === "keras" ? className : null;
    return this.dialect === "keras3" ? { module, ...base, registered_name: registered } : base;
  }

  private layer(layer: AnyLayer, name: string, more: Written = {}): Written {
    return layer.kind === "model"
      ? this.model(layer.options["model"] as AnyModel)
      : this.layers.layer(layer, name, more);
  }

  private inputLayer(t: LayerTensor, name: string): Written {
    const config = {
      name,
      dtype: t.dtype,
      sparse: false,
      [shapeKey(this.dialect)]: withBatch(t.shape),
    };
    return this.object("InputLayer", config, "keras.layers");
  }

  private sequential(model: AnyModel): Written {
    const { topology } = model;
    const [input] = topology.inputs as [LayerTensor];
    const shape = withBatch(input.shape);
    const list = topology.layers.map((layer, i) =>
      this.layer(layer, topology.nameOf(layer), {
        // TensorFlow.js and Keras 2 take the shape from the first layer, and its dtype from indices.
        ...(i === 0 &&
          this.dialect !== "keras3" &&
          layer.kind !== "model" && { batch_input_shape: shape }),
      }),
    );
    const first = topology.layers[0]?.kind;
    const needsInput = this.dialect === "keras3" || first === "model";
    const layers = needsInput ? [this.inputLayer(input, topology.inputNames[0]!), ...list] : list;
    const built = this.dialect === "keras3" ? { trainable: true, build_input_shape: shape } : {};
    return this.object("Sequential", { name: model.name, ...built, layers });
  }

  private functional(model: AnyModel): Written {
    const { topology } = model;
    const { inputs, inputNames, calls, layers, outputs, nameOf } = topology;
    const keras3 = this.dialect === "keras3";
    const callsOfLayer = (layer: AnyLayer) => calls.filter((call) => call.layer === layer);
    const origin = (t: LayerTensor): [string, number, number] => {
      const at = inputs.indexOf(t);
      if (at >= 0) return [inputNames[at]!, 0, 0];
      const { layer } = t.call!;
      // TensorFlow.js counts a model's own making as its first application; Keras leaves it out.
      const own = this.dialect === "tfjs" && layer.kind === "model" ? 1 : 0;
      return [nameOf(layer), own + callsOfLayer(layer).indexOf(t.call!), t.index];
    };
    const tensor = (t: LayerTensor): Written => ({
      class_name: "__keras_tensor__",
      config: { shape: withBatch(t.shape), dtype: t.dtype, keras_history: origin(t) },
    });
    const node = (list: readonly LayerTensor[]): unknown => {
      if (!keras3) return list.map((t) => [...origin(t), {}]);
      const args = list.map(tensor);
      return { args: list.length === 1 ? args : [args], kwargs: {} };
    };
    const starts = inputs.map((t, i) => ({
      ...this.inputLayer(t, inputNames[i]!),
      name: inputNames[i]!,
      inbound_nodes: [],
    }));
    const rest = layers.map((layer) => ({
      ...this.layer(layer, nameOf(layer)),
      name: nameOf(layer),
      inbound_nodes: callsOfLayer(layer).map((call) => node(call.inputs)),
    }));
    return this.object("Functional", {
      name: model.name,
      trainable: true,
      layers: [...starts, ...rest],
      input_layers: inputs.map(origin),
      output_layers: outputs.map(origin),
    });
  }

  model(model: AnyModel): Written {
    return model.isSequential ? this.sequential(model) : this.functional(model);
  }
}

/**
 * A model as the JSON that Keras or TensorFlow.js reads: `{ class_name, config }`.
 *
 * @throws DataError naming the layer, or the option, that the dialect does not have
 */
export function kerasConfig(subject: string, model: AnyModel, dialect: Dialect): Written {
  return new ModelWriter(subject, dialect).model(model);
}
