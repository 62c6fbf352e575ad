import { OptionError } from "../../../errors.ts";
import type { Shape } from "../../../shape.ts";

/** Where Keras publishes its weights. */
export const KERAS_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications";

/** @throws OptionError where weights of this width are not published */
export function checkAlpha(name: string, alpha: number, known: readonly string[]): void {
  if (known.includes(String(alpha))) return;
  const list = known.toSorted((a, b) => Number(a) - Number(b)).join(", ");
  throw new OptionError(
    `${name}: alpha must be one of ${list} with the weights of "imagenet", got ${alpha}`,
  );
}

/** Rows of the images that weights were trained on: those of the input if there are such weights, else 224. */
export function publishedSize([rows, columns]: Shape, known: readonly number[]): number {
  return rows === columns && known.includes(rows!) ? rows! : 224;
}
