import { type Op, defineOp } from "../graph/defineOp.ts";

/** 1 where the integer label is among the k largest of its row, otherwise 0: fewer than k are larger. */
export const inTopK: Op<{ k: number }> = /* @__PURE__ */ defineOp<{ k: number }>({
  name: "inTopK",
  inputs: ["x", "labels"],
  attrs: { k: 5 },
  shape: ([x]) => x!.slice(0, -1),
  emit: (k, { x, labels, out }, { shapes, attrs, size }) =>
    k.inTopK(x!, labels!, out!, shapes["x"]!.at(-1)!, attrs.k, size),
});
