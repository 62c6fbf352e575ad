import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { printShape } from "../shape.ts";
import { asWords } from "./words.ts";

/** Diagonals that stay, counted to the right of the main one. */
type BandAttrs = { lower: number; upper: number };

/** Beyond any matrix, and far from where a sum with a row overflows. */
const FAR = 2 ** 29;

const bandOp: Op<BandAttrs> = /* @__PURE__ */ defineOp<BandAttrs>({
  name: "band",
  inputs: ["x"],
  attrs: { lower: -FAR, upper: FAR },
  shape: ([x], { lower, upper }) => {
    if (x!.length < 2 || !Number.isInteger(lower) || !Number.isInteger(upper)) {
      throw new ShapeError(
        `band: x must have at least 2 axes and the diagonal must be a whole number, got ${printShape(x!)} and [${lower}, ${upper}]`,
      );
    }
    return x!;
  },
  dtype: ([x]) => x!,
  emit: (k, { x, out }, { attrs: { lower, upper }, out: shape, size }) => {
    const [rows, columns] = shape.slice(-2) as [number, number];
    if (size > 0) k.band(x!, out!, rows, columns, lower, upper, size / columns);
  },
  grad: ({ attrs, dout }) => [bandOp(dout, attrs)],
  inPlace: 0,
});

/** What `tril` and `triu` take. */
export interface DiagonalOptions {
  /** Counted to the right of the main one. Default 0. */
  diagonal?: number;
}

/** Lower triangle of the last two axes: 0 to the right of a diagonal (the main one), also where NaN was. Any dtype. */
export function tril(x: SymbolicTensor, { diagonal = 0 }: DiagonalOptions = {}): SymbolicTensor {
  return asWords(x, (words) => bandOp(words, { upper: Math.max(-FAR, Math.min(FAR, diagonal)) }));
}

/** Upper triangle of the last two axes: 0 to the left of a diagonal (the main one), also where NaN was. Any dtype. */
export function triu(x: SymbolicTensor, { diagonal = 0 }: DiagonalOptions = {}): SymbolicTensor {
  return asWords(x, (words) => bandOp(words, { lower: Math.max(-FAR, Math.min(FAR, diagonal)) }));
}
