import { ShapeError } from "../errors.ts";
import { type SymbolicTensor, constant } from "../graph/symbolic.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { uniformNoise } from "../ops/noise.ts";
import { stack } from "../ops/stack.ts";
import type { FillMode } from "../ops/warp.ts";
import { printShape } from "../shape.ts";
import type { DataFormat } from "./dataFormat.ts";
import type { Seed } from "./randomOptions.ts";

/** Options of layers that look outside of an image. */
export interface FillOptions {
  /** What stands outside: fillValue, the nearest cell, or the mirror image. Default "reflect". */
  fillMode: FillMode;
  /** Default 0. */
  fillValue: number;
  /** "nearest" takes the nearest cell, "bilinear" blends four. Default "bilinear". */
  interpolation: "nearest" | "bilinear";
  /** Default null. */
  seed: Seed;
  /** Default "channelsLast". */
  dataFormat: DataFormat;
}

export const FILL_DEFAULTS: FillOptions = {
  fillMode: "reflect",
  fillValue: 0,
  interpolation: "bilinear",
  seed: null,
  dataFormat: "channelsLast",
};

/** @throws RangeError */
export function checkFill(subject: string, { fillMode, interpolation }: FillOptions): void {
  if (!["constant", "nearest", "reflect"].includes(fillMode)) {
    throw new RangeError(
      `${subject}: fillMode must be "constant", "nearest" or "reflect", got ${String(fillMode)}`,
    );
  }
  if (interpolation !== "nearest" && interpolation !== "bilinear") {
    throw new RangeError(
      `${subject}: interpolation must be "nearest" or "bilinear", got ${String(interpolation)}`,
    );
  }
}

/** @throws ShapeError where the input is no batch of images */
export function checkImage(subject: string, x: SymbolicTensor): void {
  if (x.shape.length !== 4) {
    throw new ShapeError(
      `${subject}: input must have 4 axes [batch, height, width, channels], got ${printShape(x.shape)}`,
    );
  }
}

/** One number a sample, uniform in [low, high), the same for the same seed, stream and step. */
export function perSample(
  x: SymbolicTensor,
  [low, high]: readonly [number, number],
  seed: Seed,
  stream: number,
): SymbolicTensor {
  return uniformNoise({ shape: [x.shape[0]!], low, high, seed, stream });
}

/** Maps of `warp`, [batch, 6], from what is random in them; numbers are the same for all samples. */
export function mapsOf(
  x: SymbolicTensor,
  entries: readonly (SymbolicTensor | number)[],
): SymbolicTensor {
  const rows = entries.map((e) =>
    typeof e === "number" ? broadcastTo(constant(e), [x.shape[0]!]) : e,
  );
  return stack(...rows, { axis: 1 });
}
