/**
 * Numbers that many kernels use, four times side by side. They are loaded from memory because V8
 * rebuilds a v128.const at every use, and Binaryen would carry `splat(0.5)` back into the loop
 * (docs/performance.md, 3). Zero needs no entry: `splat(0)` is one register-clearing instruction.
 */
import { Lanes, loadSplat } from "./lanes";

const FLOATS: usize = memory.data<f32>([1.0, 0.5, 2.0, -0.5, 0.25, 4.0, 3.0, 6.0, -1.0], 16);

export function ONE(): Lanes {
  return loadSplat(FLOATS);
}
export function HALF(): Lanes {
  return loadSplat(FLOATS + 4);
}
export function TWO(): Lanes {
  return loadSplat(FLOATS + 8);
}
export function MINUS_HALF(): Lanes {
  return loadSplat(FLOATS + 12);
}
export function QUARTER(): Lanes {
  return loadSplat(FLOATS + 16);
}
export function FOUR(): Lanes {
  return loadSplat(FLOATS + 20);
}
export function THREE(): Lanes {
  return loadSplat(FLOATS + 24);
}
export function SIX(): Lanes {
  return loadSplat(FLOATS + 28);
}
export function MINUS_ONE(): Lanes {
  return loadSplat(FLOATS + 32);
}

const WORDS: usize = memory.data<u32>([0x80000000, 0x7f800000, 0xff800000], 16);

/** The sign bit. */
export function SIGN(): Lanes {
  return loadSplat(WORDS);
}
export function INFINITY(): Lanes {
  return loadSplat(WORDS + 4);
}
export function MINUS_INFINITY(): Lanes {
  return loadSplat(WORDS + 8);
}
