import { type Op, defineOp } from "../graph/defineOp.ts";

/** 1 where `x > threshold` says what the target (0 or 1) says, otherwise 0. */
export const binaryMatch: Op<{ threshold: number }> = /* @__PURE__ */ defineOp<{
  threshold: number;
}>({
  name: "binaryMatch",
  inputs: ["x", "t"],
  attrs: { threshold: 0.5 },
  shape: ([x]) => x!,
  emit: (k, { x, t, out }, { attrs, size }) => k.binaryMatch(x!, t!, out!, attrs.threshold, size),
  inPlace: 0,
});
