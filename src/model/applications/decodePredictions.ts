import { OptionError, ShapeError, withDefaults } from "../../errors.ts";
import { printShape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** One class that an image may show. */
export interface Prediction {
  readonly index: number;
  /** The class's name; its number where there are no names. */
  readonly name: string;
  readonly probability: number;
}

/** Options of `decodePredictions`. */
export interface DecodeOptions {
  /** Classes for each image. Default 5. */
  top: number;
  /** Names of the classes, in order. Default null: their numbers. */
  classNames: readonly string[] | null;
}

/**
 * The likeliest classes of each image, the best first; of equal ones the lower number.
 *
 * @param probabilities  float32[images, classes], as a classifier predicts
 * @throws ShapeError, OptionError
 *
 * @example
 *     decodePredictions(await net.predict(images), { top: 3, classNames })[0]
 */
export function decodePredictions(
  probabilities: Tensor,
  options: Partial<DecodeOptions> = {},
): Prediction[][] {
  const { top, classNames } = withDefaults<DecodeOptions>(
    "decodePredictions",
    { top: 5, classNames: null },
    options,
  );
  const { shape, data } = probabilities;
  const [images, classes] = shape as [number, number];
  if (shape.length !== 2)
    throw new ShapeError(`decodePredictions: must be [images, classes], got ${printShape(shape)}`);
  if (classNames && classNames.length !== classes)
    throw new OptionError(
      `decodePredictions: classNames must have ${classes} names, got ${classNames.length}`,
    );
  return Array.from({ length: images }, (_, i) => {
    const row = data.subarray(i * classes, (i + 1) * classes);
    return Array.from(row, (probability, index) => ({
      index,
      name: classNames?.[index] ?? String(index),
      probability,
    }))
      .sort((a, b) => b.probability - a.probability || a.index - b.index)
      .slice(0, top);
  });
}
