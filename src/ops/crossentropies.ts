/**
 * Crossentropies of a model's output. It may be logits; probabilities that come from softmax or sigmoid, which
 * are then taken together with it, so that nothing is lost where a probability rounds to 0 or 1; or other
 * probabilities, clipped to [1e-7, 1 - 1e-7] as in Keras.
 */
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { sigmoid } from "./activations/sigmoid.ts";
import { softmax } from "./activations/softmax.ts";
import { add, mul } from "./binary.ts";
import { binaryCrossentropyOfProbabilities, sigmoidCrossentropy } from "./elementLosses.ts";
import { logitsOf } from "./logits.ts";
import { oneHot } from "./oneHot.ts";
import { crossentropy } from "./rowLosses.ts";
import { softmaxCrossentropy, sparseSoftmaxCrossentropy } from "./softmaxCrossentropy.ts";

/** How a crossentropy reads output and target. */
export type CrossentropyOptions = {
  /** The output is logits, not probabilities. Default false. */
  fromLogits: boolean;
  /** Share of the target that is spread evenly over all classes, in [0, 1]. Default 0. */
  labelSmoothing: number;
};

export const CROSSENTROPY_DEFAULTS: CrossentropyOptions = { fromLogits: false, labelSmoothing: 0 };

/** @throws RangeError where labelSmoothing is no share */
export function checkCrossentropy(subject: string, { labelSmoothing }: CrossentropyOptions): void {
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(
      `${subject}: labelSmoothing must lie in [0, 1], got ${String(labelSmoothing)}`,
    );
  }
}

/** The target mixed with an even distribution, whose value is `even`. */
function smooth(target: SymbolicTensor, share: number, even: number): SymbolicTensor {
  return share === 0 ? target : add(mul(target, 1 - share), share * even);
}

function rowsCrossentropy(
  target: SymbolicTensor,
  output: SymbolicTensor,
  fromLogits: boolean,
): SymbolicTensor {
  const logits = fromLogits ? output : logitsOf(output, softmax, true);
  return logits ? softmaxCrossentropy(logits, target) : crossentropy(output, target);
}

/** `-sum t log p` over the last axis, for targets shaped like the output. */
export function categoricalCrossentropyOf(
  target: SymbolicTensor,
  output: SymbolicTensor,
  { fromLogits, labelSmoothing }: CrossentropyOptions,
): SymbolicTensor {
  return rowsCrossentropy(
    smooth(target, labelSmoothing, 1 / output.shape.at(-1)!),
    output,
    fromLogits,
  );
}

/** `-log p[label]`, for integer labels of the rows. */
export function sparseCategoricalCrossentropyOf(
  labels: SymbolicTensor,
  output: SymbolicTensor,
  { fromLogits, labelSmoothing }: CrossentropyOptions,
): SymbolicTensor {
  const logits = fromLogits ? output : logitsOf(output, softmax, true);
  if (logits && labelSmoothing === 0) return sparseSoftmaxCrossentropy(logits, labels);
  const classes = output.shape.at(-1)!;
  const off = labelSmoothing / classes;
  return rowsCrossentropy(
    oneHot(labels, { classes, on: 1 - labelSmoothing + off, off }),
    output,
    fromLogits,
  );
}

/** `-(t log p + (1 - t) log(1 - p))`, element by element. */
export function binaryCrossentropyOf(
  target: SymbolicTensor,
  output: SymbolicTensor,
  { fromLogits, labelSmoothing }: CrossentropyOptions,
): SymbolicTensor {
  const smoothed = smooth(target, labelSmoothing, 0.5);
  const logits = fromLogits ? output : logitsOf(output, sigmoid, false);
  return logits
    ? sigmoidCrossentropy(logits, smoothed)
    : binaryCrossentropyOfProbabilities(output, smoothed);
}
