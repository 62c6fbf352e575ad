import { type Op, defineOp } from "../graph/defineOp.ts";
import type { Shape } from "../shape.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** A tensor of the given shape, `x` everywhere. x has one element. */
export const fill: Op<{ shape: Shape }> = /* @__PURE__ */ defineOp<{ shape: Shape }>({
  name: "fill",
  inputs: ["x"],
  attrs: { shape: [] },
  shape: (_, { shape }) => shape,
  emit: (k, { x, out }, { size }) => k.fill(x!, out!, size),
  grad: ({ inputs, dout }) => [reshape(sum(dout), { shape: inputs[0]!.shape })],
});
