import { DataError } from "../../errors.ts";
import type { AnyLayer } from "../../layers/defineLayer.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { AnyModel } from "../model.ts";
import { snake } from "./kerasLayer.ts";

/** The values of a variable under Keras's name. */
export interface KerasWeight {
  /** The layer in the model. */
  readonly layer: AnyLayer;
  readonly layerName: string;
  /** `dense/kernel`: layers within models have their own names alone. */
  readonly path: string;
  readonly values: Tensor;
}

/** Our name of a parameter where Keras has another one, by the kind of its layer. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  depthwiseConv2d: { kernel: "depthwise_kernel" },
};

/** A model's values, layer by layer, as Keras 2 and TensorFlow.js call them. @throws DataError where a name is there twice */
export function kerasWeights(subject: string, model: AnyModel): KerasWeight[] {
  const weights = model.getWeights();
  const taken = new Set<string>();
  return model.variables.map((v, i) => {
    const parts = v.name.split("/");
    const holder = v.layers.at(-1)!;
    // The names of models are left out: each of them is the first part of what is below it.
    const depth = v.layers.filter(({ kind }) => kind === "model").length;
    const own = parts.at(-1)!;
    const parameter = PARAMETERS[v.layers[0]!.kind]?.[own] ?? snake(own);
    const path = [...parts.slice(depth, -1), parameter].join("/");
    if (taken.has(path))
      throw new DataError(
        `${subject}: "${path}" is there twice, as layers of models within the model have one name; name them apart`,
      );
    taken.add(path);
    return { layer: holder, layerName: parts[0]!, path, values: weights[i]! };
  });
}
