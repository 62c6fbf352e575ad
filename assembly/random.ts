/**
 * Random numbers as a pure function of (seed, stream, step, element): Philox4x32-10 (Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Nothing is carried from one element to
 * the next, so a result never depends on how the elements are split over threads, and a gradient
 * recomputes a mask rather than store it.
 *
 *     counter = (block, stream, step low, step high), key = (seed low, seed high)
 *
 * Four counters stand side by side in a vector, so 16 elements are made at once, and no word is
 * moved:
 *
 *     element  16 g + 4 w + lane  is word w of block 4 g + lane
 *
 * Integer words are the same in every engine and build, and so are uniforms and masks that do not
 * pass through a fused multiply-add; src/math/philox.ts makes the same ones on the host.
 */
import { HALF, ONE } from "./constants";
import {
  LANES,
  Lanes,
  add,
  and,
  at,
  ge,
  iadd,
  imul,
  iota,
  isplat,
  load,
  loadSplat,
  madd,
  mul,
  neg,
  nmadd,
  splat,
  sqrt,
  store,
  sub,
  toFloat,
  umulHigh,
  ushr,
  xor,
} from "./lanes";
import {
  atQuadrant,
  cosTurn,
  logNormal,
  poly7,
  quarterTurns,
  sinTurn,
  turnRemainder,
} from "./math";

/** Elements made at once: begin and end of a split are multiples of it. */
export const GROUP: i32 = 16;

const WORDS: usize = memory.data<u32>([0xd2511f53, 0xcd9e8d57], 16);

function MULTIPLIER_0(): Lanes {
  return loadSplat(WORDS);
}
function MULTIPLIER_1(): Lanes {
  return loadSplat(WORDS + 4);
}

/** Added to the key words after every round: the golden ratio and sqrt(3) - 1. */
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;

const FLOATS: usize = memory.data<f32>(
  [
    5.960464477539063e-8, // 0: 2^-24
    -2.0, // 4
    2.384185791015625e-7, // 8: 2^-22
    0.9544997361036416, // 12: erf(sqrt 2), the probability of |z| < 2
  ],
  16,
);

/** The upper 24 bits as a multiple of 2^-24 in [0, 1). */
export function unit(words: Lanes): Lanes {
  return mul(toFloat(ushr(words, 8)), loadSplat(FLOATS));
}

/** The same moved to (0, 1], whose logarithm is finite. */
function positiveUnit(words: Lanes): Lanes {
  return madd(toFloat(ushr(words, 8)), loadSplat(FLOATS), loadSplat(FLOATS));
}

/** sqrt(-2 log u), u in (0, 1]: the radius of Box-Muller, at most 5.77. */
function radius(words: Lanes): Lanes {
  return sqrt(mul(logNormal(positiveUnit(words)), loadSplat(FLOATS + 4)));
}

/** z / v in w = -log(1 - v^2), for z = sqrt(2) erfinv(v), |v| <= erf(sqrt 2). Fit 2^-27.5. */
const NORMAL_INVERSE: usize = memory.data<f32>(
  [
    -5.180681342e-7, -2.098708137e-6, 7.696502144e-5, -0.0001938151108, -0.003294679103,
    0.01633109152, 0.3281170726, 1.253314137,
  ],
  16,
);

/**
 * A normal number cut off at 2, by the inverse of its distribution function: of v = erf(sqrt 2) u,
 * with u uniform on the 2^23 odd multiples of 2^-23 in (-1, 1), it is sqrt(2) erfinv(v), a
 * polynomial in log(1 - v^2) as in Giles 2011. One word an element, no rejection. Error: 7e-7
 * absolute.
 */
function truncated(words: Lanes): Lanes {
  const odd = add(toFloat(ushr(words, 9)), HALF());
  const u = sub(mul(odd, loadSplat(FLOATS + 8)), ONE());
  const v = mul(u, loadSplat(FLOATS + 12));
  return mul(v, poly7(neg(logNormal(nmadd(v, v, ONE()))), NORMAL_INVERSE));
}

/** What `generate` makes of the words. */
export const UNIFORM: i32 = 0;
export const NORMAL: i32 = 1;
export const TRUNCATED: i32 = 2;
export const MASK: i32 = 3;
export const DROPOUT: i32 = 4;

/** One vector of elements from one of words; normals have been made already. */
function finish(kind: i32, v: Lanes, x: usize, i: i32, a: Lanes, b: Lanes): Lanes {
  if (kind == NORMAL) return madd(v, b, a);
  if (kind == UNIFORM) return madd(unit(v), b, a);
  if (kind == TRUNCATED) return madd(truncated(v), b, a);
  const kept = ge(unit(v), a);
  // A dropped NaN or Infinity becomes +0, as nothing is multiplied by it.
  return kind == MASK ? and(b, kept) : and(mul(load(at(x, i)), b), kept);
}

/**
 * Fills elements [begin, end) of `out`; begin is a multiple of GROUP. Kernels differ only in what
 * they make of 16 words, a branch that costs nothing beside the 10 rounds.
 *
 * @param kind  UNIFORM: a + b u; NORMAL and TRUNCATED: a + b z; MASK: u >= a ? b : 0;
 *              DROPOUT: u >= a ? x b : 0
 * @param x     f32[n], read by DROPOUT only, may be out
 */
export function generate(
  kind: i32,
  x: usize,
  out: usize,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
  a: f32,
  b: f32,
  begin: i32,
  end: i32,
): void {
  const va = splat(a);
  const vb = splat(b);
  for (let i = begin; i < end; i += GROUP) {
    let v0 = iadd(iota(), isplat(i >> 2));
    let v1 = isplat(stream);
    let v2 = isplat(stepLow);
    let v3 = isplat(stepHigh);
    let k0 = seedLow;
    let k1 = seedHigh;
    for (let round = 0; round < 10; round++) {
      const high0 = umulHigh(v0, MULTIPLIER_0());
      const low0 = imul(v0, MULTIPLIER_0());
      v0 = xor(xor(umulHigh(v2, MULTIPLIER_1()), v1), isplat(k0));
      v1 = imul(v2, MULTIPLIER_1());
      v2 = xor(xor(high0, v3), isplat(k1));
      v3 = low0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    if (kind == NORMAL) {
      // Box & Muller 1958: r cos t and r sin t from words 0 and 1, and again from 2 and 3.
      const r0 = radius(v0);
      const u1 = unit(v1);
      const q1 = quarterTurns(u1);
      const w1 = turnRemainder(u1, q1);
      const z1 = mul(w1, w1);
      const s1 = sinTurn(w1, z1);
      const c1 = cosTurn(z1);
      v0 = mul(r0, atQuadrant(s1, c1, q1, 1));
      v1 = mul(r0, atQuadrant(s1, c1, q1, 0));

      const r2 = radius(v2);
      const u3 = unit(v3);
      const q3 = quarterTurns(u3);
      const w3 = turnRemainder(u3, q3);
      const z3 = mul(w3, w3);
      const s3 = sinTurn(w3, z3);
      const c3 = cosTurn(z3);
      v2 = mul(r2, atQuadrant(s3, c3, q3, 1));
      v3 = mul(r2, atQuadrant(s3, c3, q3, 0));
    }
    // Behind the last element at most 12 bytes may be touched: whole vectors, but not the whole
    // group.
    store(at(out, i), finish(kind, v0, x, i, va, vb));
    if (i + LANES < end) store(at(out, i + LANES), finish(kind, v1, x, i + LANES, va, vb));
    if (i + 2 * LANES < end)
      store(at(out, i + 2 * LANES), finish(kind, v2, x, i + 2 * LANES, va, vb));
    if (i + 3 * LANES < end)
      store(at(out, i + 3 * LANES), finish(kind, v3, x, i + 3 * LANES, va, vb));
  }
}
