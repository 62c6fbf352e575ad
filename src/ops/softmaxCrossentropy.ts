import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import { printShape, sizeOf } from "../shape.ts";

const sparseSoftmaxCrossentropyGrad: Op = /* @__PURE__ */ defineOp({
  name: "sparseSoftmaxCrossentropyGrad",
  inputs: ["probs", "labels", "dloss"],
  shape: ([probs]) => probs!,
  emit: (k, { probs, labels, dloss, out }, { shapes }) =>
    k.sparseSoftmaxCrossentropyGrad(probs!, labels!, dloss!, out!, shapes.probs!.at(-1)!, sizeOf(shapes.labels!)),
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
  grad: ({ inputs, outputs, dout }) => [sparseSoftmaxCrossentropyGrad(outputs[1]!, inputs[1]!, dout), null],
  flops: ([logits]) => 10 * sizeOf(logits!),
});
