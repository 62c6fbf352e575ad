import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import { sizeOf } from "../shape.ts";

/** Attributes of `oneHot`. */
export type OneHotAttrs = {
  /** Length of the new last axis, >= 1. */
  classes: number;
  /** Value at the label. */
  on: number;
  /** Value elsewhere. */
  off: number;
};

/** int32[...] to float32[..., classes]: `on` at the label, `off` elsewhere, also for labels out of range. */
export const oneHot: Op<OneHotAttrs> = /* @__PURE__ */ defineOp<OneHotAttrs>({
  name: "oneHot",
  inputs: ["labels"],
  attrs: { classes: 0, on: 1, off: 0 },
  shape: ([labels], { classes }) => {
    if (!Number.isInteger(classes) || classes < 1) {
      throw new ShapeError(`oneHot: classes must be a whole number >= 1, got ${String(classes)}`);
    }
    return [...labels!, classes];
  },
  emit: (k, { labels, out }, { attrs, shapes }) =>
    k.oneHot(labels!, out!, attrs.classes, attrs.on, attrs.off, sizeOf(shapes["labels"]!)),
});
