import { DataError, ShapeError } from "../../errors.ts";
import { printShape, sizeOf } from "../../shape.ts";
import { type Tensor, type TensorLike, tensor } from "../../tensor/tensor.ts";

/** What host scores take: a tensor, a typed array (float64 stays float64), nested arrays. */
export type ScoreInput = TensorLike;

/** Options that every score has. */
export interface ScoreOptions {
  /** A weight for each sample. Default 1 each. */
  sampleWeight?: TensorLike | null;
}

/** Numbers with their shape, in float64. */
export interface Numbers {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** A float64 array as it is; everything else as a tensor, nested arrays in float64. */
export function numbersOf(given: ScoreInput): Numbers {
  if (given instanceof Float64Array) return { data: given, shape: [given.length] };
  if (Array.isArray(given) && given.every((v) => typeof v === "number"))
    return { data: given as number[], shape: [given.length] };
  if (Array.isArray(given) && given.length > 0 && given.every((row) => Array.isArray(row))) {
    const flat = (given as readonly unknown[]).flat(8);
    const { shape } = tensor(given);
    return { data: flat.map(Number), shape };
  }
  const t: Tensor = tensor(given);
  return { data: t.data, shape: t.shape };
}

/** Labels as whole numbers >= 0. @throws DataError */
export function labelsOf(subject: string, what: string, given: ScoreInput): ArrayLike<number> {
  const { data } = numbersOf(given);
  for (let i = 0; i < data.length; i++) {
    if (Number.isInteger(data[i]) && data[i]! >= 0) continue;
    throw new DataError(
      `${subject}: ${what} must hold class numbers >= 0, but element ${i} is ${data[i]}; take the argmax of probabilities first`,
    );
  }
  return data;
}

/** @throws ShapeError unless both have as many elements, and some */
export function checkSameSize(
  subject: string,
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): void {
  if (truth.length !== predicted.length || truth.length === 0) {
    throw new ShapeError(
      `${subject}: truth and predictions must hold as many elements, at least 1, got ${truth.length} and ${predicted.length}`,
    );
  }
}

/** The weight of each of n elements; weights of samples count for all elements of theirs. @throws ShapeError */
export function weightsOf(
  subject: string,
  { sampleWeight }: ScoreOptions,
  n: number,
): (i: number) => number {
  if (sampleWeight === undefined || sampleWeight === null) return () => 1;
  const { data } = numbersOf(sampleWeight);
  if (data.length === 0 || n % data.length !== 0) {
    throw new ShapeError(
      `${subject}: sampleWeight must hold one number a sample, got ${data.length} for ${n} elements`,
    );
  }
  const each = n / data.length;
  return (i) => data[Math.floor(i / each)]!;
}

/** Probabilities of the classes of each sample, [rows, classes]; one column is that of class 1. @throws ShapeError */
export function probabilitiesOf(
  subject: string,
  given: ScoreInput,
  rows: number,
): { classes: number; at: (row: number, c: number) => number } {
  const { data, shape } = numbersOf(given);
  const width = rows === 0 ? 0 : data.length / rows;
  if (!Number.isInteger(width) || width < 1 || sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `${subject}: probabilities must be [${rows}, classes] or [${rows}], got ${printShape(shape)}`,
    );
  }
  if (width === 1) return { classes: 2, at: (row, c) => (c === 1 ? data[row]! : 1 - data[row]!) };
  return { classes: width, at: (row, c) => data[row * width + c]! };
}
