import { padded } from "./regions.ts";

/** A buffer that must exist from the step in which it is written to the step that reads it last. */
export interface Lifetime {
  /** Bytes. */
  bytes: number;
  /** First and last step, both inclusive. */
  from: number;
  to: number;
}

/** Where each buffer lies, and how many bytes they need together. */
export interface ArenaPlan {
  offsets: number[];
  bytes: number;
}

/**
 * Offsets for buffers whose lifetimes are known: buffers that live at the same time never overlap.
 * Largest first, each into the lowest gap that fits: the greedy-by-size heuristic.
 * Source: Pisarchyk & Lee 2020, algorithm 3 (arXiv:2001.03288).
 */
export function planArena(buffers: readonly Lifetime[]): ArenaPlan {
  const order = buffers
    .map((_, i) => i)
    .sort((a, b) => buffers[b]!.bytes - buffers[a]!.bytes || a - b);
  const offsets = new Array<number>(buffers.length).fill(0);
  const placed: number[] = []; // by offset
  let total = 0;
  for (const i of order) {
    const me = buffers[i]!;
    const size = padded(me.bytes);
    let offset = 0;
    for (const j of placed) {
      const other = buffers[j]!;
      if (other.to < me.from || other.from > me.to) continue;
      if (offset + size <= offsets[j]!) break;
      offset = Math.max(offset, offsets[j]! + padded(other.bytes));
    }
    offsets[i] = offset;
    total = Math.max(total, offset + size);
    let at = placed.findIndex((j) => offsets[j]! > offset);
    if (at < 0) at = placed.length;
    placed.splice(at, 0, i);
  }
  return { offsets, bytes: total };
}
