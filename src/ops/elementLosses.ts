import { ShapeError } from "../errors.ts";
import { type Attrs, type EmitContext, type Op, defineOp } from "../graph/defineOp.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import type { Address } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Shape, printShape, sameShape } from "../shape.ts";
import { sigmoid } from "./activations/sigmoid.ts";
import { tanh } from "./activations/tanh.ts";
import { add, div, mul, sub } from "./binary.ts";
import { clamp } from "./clamp.ts";
import { equal, greaterEqual, less, lessEqual } from "./compare.ts";
import { logicalAnd } from "./logical.ts";
import { neg } from "./neg.ts";
import { noTargetGradient } from "./targets.ts";
import { abs, square } from "./unary.ts";
import { where } from "./where.ts";

/** What an element loss is made of, besides its name. */
interface ElementLoss<A extends Attrs> {
  attrs: A;
  emit(k: Kernels, b: Readonly<Record<"x" | "t" | "out", Address>>, context: EmitContext<A>): void;
  /** `out` is the gradient by x. */
  emitGrad(
    k: Kernels,
    b: Readonly<Record<"x" | "t" | "dy" | "out", Address>>,
    context: EmitContext<A>,
  ): void;
  /** Second derivative by x; null: 0 everywhere. */
  second(x: SymbolicTensor, t: SymbolicTensor, attrs: A): SymbolicTensor | null;
  /** The loss depends on x - t alone, so that the gradient by t is that by x, negated. */
  odd?: boolean;
  flops: number;
}

/** @throws ShapeError unless output and target have one shape */
function shapeOf(name: string, x: Shape, t: Shape): Shape {
  if (sameShape(x, t)) return x;
  throw new ShapeError(
    `${name}: output and target must have one shape, got ${printShape(x)} and ${printShape(t)}`,
  );
}

/** A slope where x lies in [low, high] and is not clipped, otherwise 0. */
function within(
  x: SymbolicTensor,
  low: number,
  high: number,
  slope: SymbolicTensor,
): SymbolicTensor {
  return where(logicalAnd(greaterEqual(x, low), lessEqual(x, high)), slope, constant(0));
}

/** One loss an element, float32 shaped like the output. Targets are constants unless `odd`. */
function defineElementLoss<A extends Attrs>(name: string, loss: ElementLoss<A>): Op<A> {
  const flops = ([x]: readonly Shape[]): number => loss.flops * x!.reduce((a, b) => a * b, 1);
  const grad: Op<A> = defineOp<A>({
    name: `${name}Grad`,
    inputs: ["x", "t", "dy"],
    attrs: loss.attrs,
    shape: ([x]) => x!,
    emit: (k, b, context) =>
      loss.emitGrad(k, b as Record<"x" | "t" | "dy" | "out", Address>, context),
    grad: ({ inputs: [x, t, dy], attrs, dout, needs }) => {
      noTargetGradient(name, needs(1) && !loss.odd);
      const curvature = needs(0) || needs(1) ? loss.second(x!, t!, attrs) : null;
      const dx = curvature && mul(mul(dout, dy!), curvature);
      return [dx, dx && loss.odd ? neg(dx) : null, needs(2) ? grad(x, t, dout, attrs) : null];
    },
    inPlace: 2,
    flops,
  });
  return defineOp<A>({
    name,
    inputs: ["x", "t"],
    attrs: loss.attrs,
    shape: ([x, t]) => shapeOf(name, x!, t!),
    emit: (k, b, context) => loss.emit(k, b as Record<"x" | "t" | "out", Address>, context),
    grad: ({ inputs, attrs, dout, needs }) => {
      noTargetGradient(name, needs(1) && !loss.odd);
      const dx = grad(...inputs, dout, attrs);
      return [needs(0) ? dx : null, needs(1) ? neg(dx) : null];
    },
    inPlace: 0,
    flops,
  });
}

/** `(x - t)^2`. */
export const squaredError: Op = /* @__PURE__ */ defineElementLoss("squaredError", {
  attrs: {},
  emit: (k, { x, t, out }, { size }) => k.squaredError(x, t, out, size),
  emitGrad: (k, { x, t, dy, out }, { size }) => k.squaredErrorGrad(x, t, dy, out, size),
  odd: true,
  second: () => constant(2),
  flops: 2,
});

/** `|x - t|`; gradient 0 at the kink. */
export const absoluteError: Op = /* @__PURE__ */ defineElementLoss("absoluteError", {
  attrs: {},
  emit: (k, { x, t, out }, { size }) => k.absoluteError(x, t, out, size),
  emitGrad: (k, { x, t, dy, out }, { size }) => k.absoluteErrorGrad(x, t, dy, out, size),
  odd: true,
  second: () => null,
  flops: 2,
});

/** `e^2 / 2` where `|e| <= delta`, otherwise `delta (|e| - delta / 2)`, with e = x - t. */
export const huberError: Op<{ delta: number }> = /* @__PURE__ */ defineElementLoss("huberError", {
  attrs: { delta: 1 },
  emit: (k, { x, t, out }, { size, attrs }) => k.huber(x, t, out, attrs.delta, size),
  emitGrad: (k, { x, t, dy, out }, { size, attrs }) =>
    k.huberGrad(x, t, dy, out, attrs.delta, size),
  odd: true,
  second: (x, t, { delta }) => where(lessEqual(abs(sub(x, t)), delta), constant(1), constant(0)),
  flops: 4,
});

/** `log cosh (x - t)`, accurate near 0 and without overflow. */
export const logCoshError: Op = /* @__PURE__ */ defineElementLoss("logCoshError", {
  attrs: {},
  emit: (k, { x, t, out }, { size }) => k.logCosh(x, t, out, size),
  emitGrad: (k, { x, t, dy, out }, { size }) => k.logCoshGrad(x, t, dy, out, size),
  odd: true,
  second: (x, t) => sub(1, square(tanh(sub(x, t)))),
  flops: 20,
});

/** `x - t log(x + epsilon)`. */
export const poissonError: Op<{ epsilon: number }> = /* @__PURE__ */ defineElementLoss(
  "poissonError",
  {
    attrs: { epsilon: 1e-7 },
    emit: (k, { x, t, out }, { size, attrs }) => k.poisson(x, t, out, attrs.epsilon, size),
    emitGrad: (k, { x, t, dy, out }, { size, attrs }) =>
      k.poissonGrad(x, t, dy, out, attrs.epsilon, size),
    second: (x, t, { epsilon }) => div(t, square(add(x, epsilon))),
    flops: 10,
  },
);

/** `t log(t / x)`, both clipped to [epsilon, 1]; 0 where t is 0. */
export const klDivergence: Op<{ epsilon: number }> = /* @__PURE__ */ defineElementLoss(
  "klDivergence",
  {
    attrs: { epsilon: 1e-7 },
    emit: (k, { x, t, out }, { size, attrs }) => k.klDivergence(x, t, out, attrs.epsilon, size),
    emitGrad: (k, { x, t, dy, out }, { size, attrs }) =>
      k.klDivergenceGrad(x, t, dy, out, attrs.epsilon, size),
    second: (x, t, { epsilon }) => {
      const q = clamp(t, { min: epsilon, max: 1 });
      return within(x, epsilon, 1, div(q, square(x)));
    },
    flops: 10,
  },
);

/** `-(t log x + (1 - t) log(1 - x))` of probabilities, clipped to [epsilon, 1 - epsilon]. */
export const binaryCrossentropyOfProbabilities: Op<{ epsilon: number }> =
  /* @__PURE__ */ defineElementLoss("binaryCrossentropy", {
    attrs: { epsilon: 1e-7 },
    emit: (k, { x, t, out }, { size, attrs }) =>
      k.binaryCrossentropy(x, t, out, attrs.epsilon, size),
    emitGrad: (k, { x, t, dy, out }, { size, attrs }) =>
      k.binaryCrossentropyGrad(x, t, dy, out, attrs.epsilon, size),
    second: (x, t, { epsilon }) => {
      const ones = div(t, square(x));
      const zeros = div(sub(1, t), square(sub(1, x)));
      return within(x, epsilon, 1 - epsilon, add(ones, zeros));
    },
    flops: 20,
  });

/** Crossentropy of sigmoid(x), `max(x, 0) - x t + log(1 + e^-|x|)`. */
export const sigmoidCrossentropy: Op = /* @__PURE__ */ defineElementLoss("sigmoidCrossentropy", {
  attrs: {},
  emit: (k, { x, t, out }, { size }) => k.sigmoidCrossentropy(x, t, out, size),
  emitGrad: (k, { x, t, dy, out }, { size }) => k.sigmoidCrossentropyGrad(x, t, dy, out, size),
  second: (x) => {
    const p = sigmoid(x);
    return mul(p, sub(1, p));
  },
  flops: 20,
});

/** `max(1 - s x, 0)` with s = t, or -1 where t is 0. */
export const hingeError: Op = /* @__PURE__ */ defineElementLoss("hingeError", {
  attrs: {},
  emit: (k, { x, t, out }, { size }) => k.hinge(x, t, out, size),
  emitGrad: (k, { x, t, dy, out }, { size }) => k.hingeGrad(x, t, dy, out, size),
  second: () => null,
  flops: 4,
});

/** `max(1 - s x, 0)^2` with s = t, or -1 where t is 0. */
export const squaredHingeError: Op = /* @__PURE__ */ defineElementLoss("squaredHingeError", {
  attrs: {},
  emit: (k, { x, t, out }, { size }) => k.squaredHinge(x, t, out, size),
  emitGrad: (k, { x, t, dy, out }, { size }) => k.squaredHingeGrad(x, t, dy, out, size),
  second: (x, t) => {
    const s = where(equal(t, 0), constant(-1), t);
    return where(less(mul(s, x), 1), mul(square(s), 2), constant(0));
  },
  flops: 5,
});
