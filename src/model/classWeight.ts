import { OptionError, shown } from "../errors.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import type { Samples } from "./data.ts";

/** The class of each sample, by one label a sample or by one-hot rows; null where y holds no classes. */
function classesOf(
  { data, size }: Tensor,
  rows: number,
  outputs: number,
): ArrayLike<number> | null {
  if (size === rows) return data.every((v) => Number.isInteger(v) && v >= 0) ? data : null;
  if (size !== rows * outputs) return null;
  const classes = new Int32Array(rows).fill(-1);
  for (let i = 0; i < size; i++) {
    if (data[i] === 0) continue;
    const row = Math.floor(i / outputs);
    if (data[i] !== 1 || classes[row] !== -1) return null;
    classes[row] = i % outputs;
  }
  return classes.includes(-1) ? null : classes;
}

/**
 * Samples with the weights of their classes, on top of weights of their own.
 *
 * @param outputs  units of the model's output, one a class; 1 where it tells two classes apart
 * @throws OptionError where y holds no classes, or a weight is none
 */
export function weightsOfClasses(
  samples: Samples,
  classWeight: Readonly<Record<number, number>>,
  outputs: number,
): Samples {
  const { rows } = samples;
  const labels = samples.y.length === 1 ? classesOf(samples.y[0]!, rows, outputs) : null;
  if (!labels) {
    throw new OptionError(
      "fit: classWeight needs the class of each sample: whole numbers, 0 and 1, or one-hot rows; use sampleWeight",
    );
  }
  const classes = Math.max(2, outputs);
  for (const [name, weight] of Object.entries(classWeight)) {
    const known = Number.isInteger(Number(name)) && Number(name) < classes;
    if (known && weight >= 0 && weight < Infinity) continue;
    throw new OptionError(
      `fit: classWeight must hold a number >= 0 for each class in [0, ${classes}), got ${shown(weight)} for "${name}"; { 0: 1, 1: 5 }`,
    );
  }
  const weights = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    weights[i] = (classWeight[labels[i]!] ?? 1) * (samples.weight?.data[i] ?? 1);
  }
  return { ...samples, weight: tensor(weights) };
}
