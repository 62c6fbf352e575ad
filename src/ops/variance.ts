import type { GradContext } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { mul, sub } from "./binary.ts";
import { divOrZero } from "./divOrZero.ts";
import { mean } from "./mean.ts";
import {
  type ReduceOptions,
  type RunAttrs,
  type RunOp,
  defineRun,
  reduceAxes,
  runOf,
} from "./reduce.ts";

/** Attributes of a variance. */
export interface VarianceOptions extends ReduceOptions {
  /** What is taken from the number of elements in the divisor: 1 for the unbiased estimate. Default 0. */
  correction?: number;
}

/** x less its mean; the mean is taken twice, because rounded to f32 it lacks digits where it is large. */
function centered(x: SymbolicTensor, { from, to }: RunAttrs): SymbolicTensor {
  const axis = Array.from({ length: to - from }, (_, i) => from + i);
  const d = sub(x, mean(x, { axis, keepDims: true }));
  return sub(d, mean(d, { axis, keepDims: true }));
}

/** What a sum of squares is divided by. */
function divisor(length: number, correction: number): number {
  return Math.max(0, length - correction);
}

const varianceRun: RunOp = /* @__PURE__ */ defineRun({
  name: "variance",
  emit: (k, x, out, length, inner, correction, size) =>
    k.reduceVariance(x, out, length, inner, divisor(length, correction), size),
  grad: ({ inputs: [x], attrs, dout }: GradContext<RunAttrs>) => {
    const [length] = runOf(x!.shape, attrs);
    return [mul(centered(x!, attrs), mul(dout, 2 / divisor(length, attrs.option)))];
  },
});

const stdRun: RunOp = /* @__PURE__ */ defineRun({
  name: "std",
  emit: (k, x, out, length, inner, correction, size) => {
    k.reduceVariance(x, out, length, inner, divisor(length, correction), size);
    k.sqrt(out, out, size);
  },
  grad: ({ inputs: [x], attrs, out, dout }: GradContext<RunAttrs>) => {
    const [length] = runOf(x!.shape, attrs);
    const slope = divOrZero(mul(dout, 1 / divisor(length, attrs.option)), out);
    return [mul(centered(x!, attrs), slope)];
  },
});

/** Variance over some axes, or over all: `sum (x - mean)^2 / (n - correction)`. NaN where nothing is left. */
export function variance(
  x: SymbolicTensor,
  { correction = 0, ...options }: VarianceOptions = {},
): SymbolicTensor {
  return reduceAxes(varianceRun, x, options, correction);
}

/** Standard deviation over some axes, or over all: the root of the variance. Where it is 0 the gradient is 0. */
export function std(
  x: SymbolicTensor,
  { correction = 0, ...options }: VarianceOptions = {},
): SymbolicTensor {
  return reduceAxes(stdRun, x, options, correction);
}
