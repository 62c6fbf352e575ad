import type { Address } from "../kernels/command.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { ClipCells } from "./clip.ts";

/** Elements of a block of the norm kernels (assembly/ops/clip.ts). */
const BLOCK = 4096;

/** Sums of squares of blocks: what a norm is the root of. */
export interface Squares {
  readonly partials: Address;
  readonly blocks: number;
}

/** Writes the command that sums the squares of `size` elements. */
export function emitSquares(k: Kernels, cells: ClipCells, x: Address, size: number): Squares {
  const blocks = Math.ceil(size / BLOCK);
  const partials = cells.table(new Uint32Array(2 * blocks));
  k.sumOfSquares(x, partials, size, blocks);
  return { partials, blocks };
}
