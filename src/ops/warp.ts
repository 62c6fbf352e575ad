import { ShapeError } from "../errors.ts";
import { type Op, defineOp } from "../graph/defineOp.ts";
import { printShape, sizeOf } from "../shape.ts";
import { checkImages } from "./poolWindows.ts";
import type { ResizeMethod } from "./resize.ts";

/** What stands outside of an image: a value, the nearest cell, or its mirror image (d c b a | a b c d | d c b a). */
export type FillMode = "constant" | "nearest" | "reflect";

/** Attributes of warp. */
export type WarpAttrs = {
  /** Rows and columns of the result; 0: those of x. */
  height: number;
  width: number;
  method: ResizeMethod;
  fillMode: FillMode;
  /** Outside, where the fill mode is "constant". */
  fillValue: number;
};

const FILLS: readonly FillMode[] = ["constant", "nearest", "reflect"];

/** The gradient by x, which lies in the images as warp takes from them; its own is warp without the fill value. */
const warpGrad: Op<WarpAttrs> = /* @__PURE__ */ defineOp<WarpAttrs>({
  name: "warpGrad",
  inputs: ["dy", "maps"],
  attrs: { height: 0, width: 0, method: "bilinear", fillMode: "reflect", fillValue: 0 },
  shape: ([dy], { height, width }) => [dy![0]!, height, width, dy![3]!],
  emit: (k, { dy, maps, out }, { attrs, shapes, out: [n, h, w, c] }) => {
    const [, outH, outW] = shapes["dy"]!;
    k.warpGrad(
      dy!,
      maps!,
      out!,
      h!,
      w!,
      c!,
      outH!,
      outW!,
      attrs.method === "bilinear" ? 1 : 0,
      FILLS.indexOf(attrs.fillMode),
      n!,
    );
  },
  grad: ({ inputs: [dy, maps], attrs, dout }) => {
    const [, height, width] = dy!.shape as [number, number, number];
    return [warp(dout, maps, { ...attrs, height, width, fillValue: 0 }), null];
  },
  flops: ([dy]) => 10 * sizeOf(dy!),
});

/**
 * Images moved, turned and mirrored, a map a sample: seen from the middles of both images, column j and row i of the
 * result come from column `a j + b i + e` and row `c j + d i + f` of x. No gradient flows to
 * the maps.
 *
 * x: float32[batch, height, width, channels]; maps: float32[batch, 6], (a, b, e, c, d, f). @throws ShapeError
 */
export const warp: Op<WarpAttrs> = /* @__PURE__ */ defineOp<WarpAttrs>({
  name: "warp",
  inputs: ["x", "maps"],
  attrs: { height: 0, width: 0, method: "bilinear", fillMode: "reflect", fillValue: 0 },
  shape: ([x, maps], { height, width }) => {
    checkImages("warp", x!);
    const [n, h, w, c] = x!;
    if (maps!.length !== 2 || maps![0] !== n || maps![1] !== 6) {
      throw new ShapeError(`warp: maps must have shape [${n}, 6], got ${printShape(maps!)}`);
    }
    if (h! * w! === 0) {
      throw new ShapeError(`warp: images must not be empty, got ${printShape(x!)}`);
    }
    return [n!, height || h!, width || w!, c!];
  },
  emit: (k, { x, maps, out }, { attrs, shapes, out: [n, outH, outW, c] }) => {
    const [, h, w] = shapes["x"]!;
    k.warp(
      x!,
      maps!,
      out!,
      h!,
      w!,
      c!,
      outH!,
      outW!,
      attrs.method === "bilinear" ? 1 : 0,
      FILLS.indexOf(attrs.fillMode),
      attrs.fillValue,
      c! > 0 ? n! * outH! : 0,
    );
  },
  grad: ({ inputs: [x, maps], attrs, dout }) => {
    const [, height, width] = x!.shape as [number, number, number];
    return [warpGrad(dout, maps, { ...attrs, height, width }), null];
  },
  scratch: ([x]) => 16 + 16 * Math.ceil(x![3]! / 4),
  flops: (_, out) => 10 * sizeOf(out),
});
