import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import { printShape, sameShape, sizeOf } from "../shape.ts";
import { noTargetGradient } from "./targets.ts";

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
  grad: ({ inputs, outputs, dout }) => [
    sparseSoftmaxCrossentropyGrad(outputs[1]!, inputs[1]!, dout),
    null,
  ],
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
  grad: ({ inputs, outputs, dout, needs }) => {
    noTargetGradient("softmaxCrossentropy", needs(1));
    return [softmaxCrossentropyGrad(outputs[1]!, inputs[1]!, dout), null];
  },
  flops: ([logits]) => 12 * sizeOf(logits!),
});
