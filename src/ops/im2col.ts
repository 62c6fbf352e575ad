import type { SymbolicTensor } from "../graph/symbolic.ts";
import { concat } from "./concat.ts";
import {
  type ConvolutionAttrs,
  type Pair,
  convolutionOf,
  exactPadding,
  pairOf,
} from "./convolutionShape.ts";
import { pad } from "./pad.ts";
import { slice } from "./slice.ts";

/** What `im2col` takes. */
export interface Im2colOptions extends Partial<Omit<ConvolutionAttrs, "groups">> {
  /** Taps along rows and columns. */
  kernelSize: Pair;
}

/**
 * The windows of a convolution side by side: `out[n, y, x, (i, j, c)]` is the pixel that tap (i, j) meets, 0 outside
 * of the image. A product with a kernel of [(i, j, c), filters] is then the convolution; `conv2d` does without.
 *
 * input: x float32[n, h, w, c]; output: float32[n, windows, windows, kh kw c].
 *
 * @throws ShapeError where a window does not fit
 */
export function im2col(
  x: SymbolicTensor,
  { kernelSize, strides = 1, padding = "valid", dilationRate = 1 }: Im2colOptions,
): SymbolicTensor {
  const taps = pairOf("im2col", "kernelSize", kernelSize);
  const kernel = [...taps, x.shape[3] ?? 0, 1];
  const g = convolutionOf("im2col", x.shape, kernel, { strides, padding, dilationRate, groups: 1 });
  // Windows may leave pixels over behind: none of those is needed.
  const ends = exactPadding(g).map(([before, behind]) => [before, Math.max(behind, 0)] as const);
  const wide = pad(x, { paddings: [[0, 0], ...ends, [0, 0]] });
  const tap = (i: number, j: number): SymbolicTensor =>
    slice(wide, {
      axis: [1, 2],
      begin: [i * g.dilation[0], j * g.dilation[1]],
      end: [
        i * g.dilation[0] + (g.outRows - 1) * g.strides[0] + 1,
        j * g.dilation[1] + (g.outColumns - 1) * g.strides[1] + 1,
      ],
      step: g.strides,
    });
  const all = Array.from({ length: taps[0] * taps[1] }, (_, t) =>
    tap(Math.floor(t / taps[1]), t % taps[1]),
  );
  return all.length === 1 ? all[0]! : concat(...all, { axis: -1 });
}
