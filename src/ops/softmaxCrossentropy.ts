import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { printShape, sameShape, sizeOf } from "../shape.ts";
import { add, mul, sub } from "./binary.ts";
import { oneHot } from "./oneHot.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";
import { noTargetGradient } from "./targets.ts";

/** One number a row, beside rows. */
function column(x: SymbolicTensor): SymbolicTensor {
  return reshape(x, { shape: [...x.shape, 1] });
}

/** Gradient by the logits of what was made of the probabilities, `p (dp - sum p dp)`. */
function probsGrad(p: SymbolicTensor, dp: SymbolicTensor): SymbolicTensor {
  return mul(p, sub(dp, sum(mul(p, dp), { axis: -1, keepDims: true })));
}

/** The sum of two gradients either of which may be missing. */
function both(a: SymbolicTensor | null, b: SymbolicTensor | null): SymbolicTensor | null {
  return a && b ? add(a, b) : (a ?? b);
}

const sparseSoftmaxCrossentropyGrad: Op = /* @__PURE__ */ defineOp({
  name: "sparseSoftmaxCrossentropyGrad",
  inputs: ["probs", "labels", "dloss"],
  shape: ([probs]) => probs!,
  emit: (k, { probs, labels, dloss, out }, { shapes }) =>
    k.sparseSoftmaxCrossentropyGrad(
      probs!,
      labels!,
      dloss!,
      out!,
      shapes.probs!.at(-1)!,
      sizeOf(shapes.labels!),
    ),
  grad: ({ inputs: [probs, labels, dloss], dout, needs }) => {
    const hot = oneHot(labels!, { classes: probs!.shape.at(-1)! });
    return [
      needs(0) ? mul(dout, column(dloss!)) : null,
      null,
      needs(2) ? sum(mul(dout, sub(probs!, hot)), { axis: -1 }) : null,
    ];
  },
  inPlace: 0,
});

/**
 * Crossentropy of integer labels from logits, one loss a row: `log(sum e^z) - z[label]`.
 *
 * inputs: logits float32[..., classes], labels int32[...]. outputs: loss float32[...], and the
 * probabilities float32[..., classes].
 */
export const sparseSoftmaxCrossentropy: Op = /* @__PURE__ */ defineOp({
  name: "sparseSoftmaxCrossentropy",
  inputs: ["logits", "labels"],
  outputs: ["loss", "probs"],
  shape: ([logits, labels]) => {
    if (sizeOf(labels!) * logits!.at(-1)! !== sizeOf(logits!)) {
      throw new ShapeError(
        `sparseSoftmaxCrossentropy: labels must have one integer a row of ${printShape(logits!)}, got ${printShape(labels!)}`,
      );
    }
    return [labels!, logits!];
  },
  emit: (k, { logits, labels, loss, probs }, { shapes, size }) =>
    k.sparseSoftmaxCrossentropy(logits!, labels!, loss!, probs!, shapes.logits!.at(-1)!, size),
  grad: ({ inputs, outputs: [, probs], douts }) => {
    const [dloss, dprobs] = douts;
    const byLoss = dloss && sparseSoftmaxCrossentropyGrad(probs, inputs[1], dloss);
    return [both(byLoss, dprobs && probsGrad(probs!, dprobs)), null];
  },
  flops: ([logits]) => 10 * sizeOf(logits!),
});

const softmaxCrossentropyGrad: Op = /* @__PURE__ */ defineOp({
  name: "softmaxCrossentropyGrad",
  inputs: ["probs", "t", "dloss"],
  shape: ([probs]) => probs!,
  emit: (k, { probs, t, dloss, out }, { shapes }) =>
    k.softmaxCrossentropyGrad(
      probs!,
      t!,
      dloss!,
      out!,
      shapes["probs"]!.at(-1)!,
      sizeOf(shapes["dloss"]!),
    ),
  grad: ({ inputs: [probs, t, dloss], dout, needs }) => {
    noTargetGradient("softmaxCrossentropy", needs(1));
    const total = sum(t!, { axis: -1, keepDims: true });
    const slope = (): SymbolicTensor => sub(mul(probs!, total), t!);
    return [
      needs(0) ? mul(dout, mul(column(dloss!), total)) : null,
      null,
      needs(2) ? sum(mul(dout, slope()), { axis: -1 }) : null,
    ];
  },
  inPlace: 0,
  flops: ([probs]) => 4 * sizeOf(probs!),
});

/**
 * Crossentropy of targets that are numbers, from logits, one loss a row: `sum t (log(sum e^z) - z)`.
 *
 * inputs: logits and t float32[..., classes]. outputs: loss float32[...], and the probabilities
 * float32[..., classes]. There is no gradient by t.
 */
export const softmaxCrossentropy: Op = /* @__PURE__ */ defineOp({
  name: "softmaxCrossentropy",
  inputs: ["logits", "t"],
  outputs: ["loss", "probs"],
  shape: ([logits, t]) => {
    if (!sameShape(logits!, t!) || logits!.length === 0) {
      throw new ShapeError(
        `softmaxCrossentropy: logits and targets must have one shape [..., classes], got ${printShape(logits!)} and ${printShape(t!)}`,
      );
    }
    return [logits!.slice(0, -1), logits!];
  },
  emit: (k, { logits, t, loss, probs }, { shapes, size }) =>
    k.softmaxCrossentropy(logits!, t!, loss!, probs!, shapes["logits"]!.at(-1)!, size),
  grad: ({ inputs, outputs: [, probs], douts, needs }) => {
    noTargetGradient("softmaxCrossentropy", needs(1));
    const [dloss, dprobs] = douts;
    const byLoss = dloss && softmaxCrossentropyGrad(probs, inputs[1], dloss);
    return [both(byLoss, dprobs && probsGrad(probs!, dprobs)), null];
  },
  flops: ([logits]) => 12 * sizeOf(logits!),
});
