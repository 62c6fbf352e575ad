/**
 * Philox4x32-10: 128 random bits from a counter of 128 bits and a key of 64 (Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011). The words are those of
 * assembly/random.ts in every engine.
 */

/** High 32 bits of the product of two 32-bit integers, by 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const low = al * bl;
  const cross = ah * bl + (low >>> 16);
  // Below 2^32 + 2^16: no float64 loses a bit of it.
  const middle = al * bh + (cross & 0xffff);
  return (ah * bh + Math.floor(cross / 65536) + Math.floor(middle / 65536)) >>> 0;
}

/**
 * Writes four words into `out`.
 *
 * @param c0  counter, as int32 or uint32, the lowest word first; `k0` and `k1` the key
 */
export function philox(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(c0, 0xd2511f53);
    const low0 = Math.imul(c0, 0xd2511f53);
    const high2 = multiplyHigh(c2, 0xcd9e8d57);
    const low2 = Math.imul(c2, 0xcd9e8d57);
    c0 = high2 ^ c1 ^ k0;
    c1 = low2;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** A position in the space of random numbers: see assembly/random.ts. */
export interface RandomPoint {
  /** Integer in [0, 2^53). */
  readonly seed: number;
  /** int32: one for each node, sampler or initialiser that draws. */
  readonly stream: number;
  /** Integer in [0, 2^53). */
  readonly step: number;
}

/** Low and high 32-bit word of an integer in [0, 2^53). */
export function lowWord(x: number): number {
  return (x % 4294967296) >>> 0;
}
export function topWord(x: number): number {
  return Math.floor(x / 4294967296) >>> 0;
}

const words = /* @__PURE__ */ new Uint32Array(4);

/**
 * Word of element `i`, 16 g + 4 w + lane: word w of block 4 g + lane, the order of the wasm
 * kernels.
 */
export function wordAt(point: RandomPoint, i: number): number {
  const block = (i >>> 4) * 4 + (i & 3);
  const { seed, stream, step } = point;
  philox(block, stream, lowWord(step), topWord(step), lowWord(seed), topWord(seed), words);
  return words[(i >>> 2) & 3]!;
}

/**
 * What the kernel `randomUniform` gives for element `i` with low 0 and range 1: the same float32.
 */
export function uniformAt(point: RandomPoint, i: number): number {
  return (wordAt(point, i) >>> 8) * 2 ** -24;
}
