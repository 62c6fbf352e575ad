import { type Op, defineOp } from "../graph/defineOp.ts";
import { sizeOf } from "../shape.ts";

/**
 * What a layer's output is like: `[mean x, mean x^2]`, and with `tops` the largest of each column (last axis) behind
 * them. NaN comes through. It has no gradient.
 *
 * input: x float32[..., columns]; output: float32[2] or float32[2 + columns].
 */
export const activity: Op<{ tops: boolean }> = /* @__PURE__ */ defineOp<{ tops: boolean }>({
  name: "activity",
  inputs: ["x"],
  attrs: { tops: false },
  shape: ([x], { tops }) => [2 + (tops ? (x!.at(-1) ?? 1) : 0)],
  emit: (k, { x, out }, { shapes, attrs: { tops } }) => {
    const columns = Math.max(1, shapes["x"]!.at(-1) ?? 1);
    k.activity(x!, out!, sizeOf(shapes["x"]!) / columns, columns, tops ? columns : 0);
  },
  flops: ([x]) => 4 * sizeOf(x!),
});
