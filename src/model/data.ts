import { ShapeError } from "../errors.ts";
import { type Shape, printShape } from "../shape.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { checkNumbers, indexLabels, inputTensor, valueLabels } from "../train/arrays.ts";
import { tensor } from "../tensor/tensor.ts";
import type { Model } from "./model.ts";

/** Samples as a model takes them. */
export interface Samples {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly weight: Tensor | null;
  readonly rows: number;
}

/** Checks samples and builds the model from them where it has no shapes yet. */
export function inputsFor(subject: string, model: Model, x: TensorLike): Tensor {
  const shape: Shape | null = model.built ? model.tensors.inputs[0]!.shape : null;
  const t = inputTensor(subject, x, shape);
  if (!model.built) model.build(t.shape.slice(1));
  return t;
}

/** Checks samples, labels and weights. @throws ShapeError, DataError */
export function samplesFor(
  subject: string,
  model: Model,
  x: TensorLike,
  y: TensorLike,
  weight?: TensorLike,
): Samples {
  const inputs = inputsFor(subject, model, x);
  const rows = inputs.shape[0]!;
  const { loss } = model.compiled;
  const output = model.tensors.outputs[0]!.shape;
  const labels =
    loss.labels === "indices"
      ? indexLabels(subject, y, rows, output.slice(0, -1), output.at(-1)!)
      : valueLabels(subject, y, rows, output);
  let weights: Tensor | null = null;
  if (weight !== undefined) {
    weights = tensor(weight, undefined, "float32");
    if (weights.size !== rows) {
      throw new ShapeError(
        `${subject}: sampleWeight must hold one number a sample [${rows}], got ${printShape(weights.shape)}`,
      );
    }
    checkNumbers(subject, "sampleWeight", tensor(weights.data, [rows]));
  }
  return { x: inputs, y: labels, weight: weights, rows };
}
