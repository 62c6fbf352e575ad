/**
 * Four f32 (or i32) side by side: the only file that knows the vector width and fused multiply-add.
 *
 * Every kernel works on whole vectors: buffers are padded to 64 bytes, so a flat kernel may read and
 * write up to 12 bytes past its last element. A kernel whose rows are not padded ends a row with
 * `storePart`. Nothing is ever computed by scalar f32 arithmetic where a fused multiply-add could
 * have been used: wasm has none for scalars, and tails would differ from bodies.
 */

/** Four f32, four i32, or a mask of four all-ones or all-zeros words. */
export type Lanes = v128;

/** A moment that decays below this becomes 0: wasm has no flush-to-zero, and a denormal costs 100x. */
export const TINY: f32 = 1e-30;

/** A gradient counts as at least this in a second moment, which so never leaves the normal numbers. */
export const TINY_ROOT: f32 = 1e-15;

/** Number of f32 in a vector. */
export const LANES: i32 = 4;

/** Bytes of a vector: what a pointer moves by from one to the next. */
export const STRIDE: usize = 16;

/** Address of element `i` of an f32 (or i32) array at `p`. */
export function at(p: usize, i: i32): usize {
  return p + ((<usize>i) << 2);
}

export function load(p: usize): Lanes {
  return v128.load(p);
}

/** The vector behind the one at `p`. An offset that is a constant costs nothing; `p + 16` costs an add. */
export function loadNext(p: usize): Lanes {
  return v128.load(p, 16);
}

/** The third vector from `p`. */
export function load2(p: usize): Lanes {
  return v128.load(p, 32);
}

/** The fourth vector from `p`. */
export function load3(p: usize): Lanes {
  return v128.load(p, 48);
}

export function store(p: usize, x: Lanes): void {
  v128.store(p, x);
}

/** Stores behind the vector at `p`. */
export function storeNext(p: usize, x: Lanes): void {
  v128.store(p, x, 16);
}

/** Stores the third vector from `p`. */
export function store2(p: usize, x: Lanes): void {
  v128.store(p, x, 32);
}

/** Stores the fourth vector from `p`. */
export function store3(p: usize, x: Lanes): void {
  v128.store(p, x, 48);
}

/** Four copies of the f32 at `p`. */
export function loadSplat(p: usize): Lanes {
  return v128.load32_splat(p);
}

/** Four copies of f32 `1` of those at `p`. */
export function loadSplat1(p: usize): Lanes {
  return v128.load32_splat(p, 4);
}

/** Four copies of f32 `2` of those at `p`. */
export function loadSplat2(p: usize): Lanes {
  return v128.load32_splat(p, 8);
}

/** Four copies of f32 `3` of those at `p`. */
export function loadSplat3(p: usize): Lanes {
  return v128.load32_splat(p, 12);
}

/** Four copies of f32 `4` of those at `p`. */
export function loadSplat4(p: usize): Lanes {
  return v128.load32_splat(p, 16);
}

/** Four copies of f32 `5` of those at `p`. */
export function loadSplat5(p: usize): Lanes {
  return v128.load32_splat(p, 20);
}

/** Stores the first `count` lanes (1 to 4) and leaves what follows untouched. */
export function storePart(p: usize, x: Lanes, count: i32): void {
  if (count >= 4) {
    v128.store(p, x);
  } else if (count == 3) {
    v128.store64_lane(p, x, 0);
    v128.store32_lane(p + 8, x, 2);
  } else if (count == 2) {
    v128.store64_lane(p, x, 0);
  } else if (count == 1) {
    v128.store32_lane(p, x, 0);
  }
}

/** Four copies of lane 0. */
export function splatLane0(a: Lanes): Lanes {
  return v128.shuffle<f32>(a, a, 0, 0, 0, 0);
}

/** Four copies of lane 1. */
export function splatLane1(a: Lanes): Lanes {
  return v128.shuffle<f32>(a, a, 1, 1, 1, 1);
}

/** Four copies of lane 2. */
export function splatLane2(a: Lanes): Lanes {
  return v128.shuffle<f32>(a, a, 2, 2, 2, 2);
}

/** Four copies of lane 3. */
export function splatLane3(a: Lanes): Lanes {
  return v128.shuffle<f32>(a, a, 3, 3, 3, 3);
}

/** `a0 b0 a1 b1`. */
export function interleaveLow(a: Lanes, b: Lanes): Lanes {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

/** `a2 b2 a3 b3`. */
export function interleaveHigh(a: Lanes, b: Lanes): Lanes {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

/** `a0 a1 b0 b1`. */
export function joinLow(a: Lanes, b: Lanes): Lanes {
  return v128.shuffle<f64>(a, b, 0, 2);
}

/** `a2 a3 b2 b3`. */
export function joinHigh(a: Lanes, b: Lanes): Lanes {
  return v128.shuffle<f64>(a, b, 1, 3);
}

export function splat(x: f32): Lanes {
  return f32x4.splat(x);
}

export function isplat(x: i32): Lanes {
  return i32x4.splat(x);
}

/** Lane `0, 1, 2, 3` as integers. */
export function iota(): Lanes {
  return i32x4(0, 1, 2, 3);
}

/** All ones in the first `count` lanes (0 to 4), zeros behind: masks the tail of a reduction. */
export function firstLanes(count: i32): Lanes {
  return i32x4.lt_s(iota(), i32x4.splat(count));
}

/** `a b + c`, rounded once in the relaxed builds and twice in the others. */
export function madd(a: Lanes, b: Lanes, c: Lanes): Lanes {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** `c - a b`, rounded once in the relaxed builds and twice in the others. */
export function nmadd(a: Lanes, b: Lanes, c: Lanes): Lanes {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

export function add(a: Lanes, b: Lanes): Lanes {
  return f32x4.add(a, b);
}

export function sub(a: Lanes, b: Lanes): Lanes {
  return f32x4.sub(a, b);
}

export function mul(a: Lanes, b: Lanes): Lanes {
  return f32x4.mul(a, b);
}

export function div(a: Lanes, b: Lanes): Lanes {
  return f32x4.div(a, b);
}

export function sqrt(a: Lanes): Lanes {
  return f32x4.sqrt(a);
}

export function neg(a: Lanes): Lanes {
  return f32x4.neg(a);
}

export function abs(a: Lanes): Lanes {
  return f32x4.abs(a);
}

/** `b < a ? b : a`: the first operand where either is NaN. V8 compiles `f32x4.min` eight times slower. */
export function pmin(a: Lanes, b: Lanes): Lanes {
  return f32x4.pmin(a, b);
}

/** `a < b ? b : a`: the first operand where either is NaN, so `pmax(x, lo)` keeps a NaN in x. */
export function pmax(a: Lanes, b: Lanes): Lanes {
  return f32x4.pmax(a, b);
}

/** x, or 0 where |x| < tiny. NaN stays NaN. */
export function flush(x: Lanes, tiny: Lanes): Lanes {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), tiny));
}

/** `(1 - c) m`, with `c m` taken from m: see `average`. */
export function decayed(m: Lanes, c: Lanes): Lanes {
  return nmadd(c, m, m);
}

/**
 * `(1 - c) m + c x`: a moving average. `c m` is taken from m, because 1 - c in f32 is not 1 less the c
 * in f32: with c = .001 the average of a constant would settle 1.3e-5 too high. Exactly x where c is 1.
 */
export function average(m: Lanes, x: Lanes, c: Lanes): Lanes {
  return madd(c, x, decayed(m, c));
}

export function floor(a: Lanes): Lanes {
  return f32x4.floor(a);
}

export function ceil(a: Lanes): Lanes {
  return f32x4.ceil(a);
}

export function trunc(a: Lanes): Lanes {
  return f32x4.trunc(a);
}

/** Nearest integer, halves to even. */
export function nearest(a: Lanes): Lanes {
  return f32x4.nearest(a);
}

export function eq(a: Lanes, b: Lanes): Lanes {
  return f32x4.eq(a, b);
}

export function ne(a: Lanes, b: Lanes): Lanes {
  return f32x4.ne(a, b);
}

export function lt(a: Lanes, b: Lanes): Lanes {
  return f32x4.lt(a, b);
}

export function le(a: Lanes, b: Lanes): Lanes {
  return f32x4.le(a, b);
}

export function gt(a: Lanes, b: Lanes): Lanes {
  return f32x4.gt(a, b);
}

export function ge(a: Lanes, b: Lanes): Lanes {
  return f32x4.ge(a, b);
}

export function and(a: Lanes, b: Lanes): Lanes {
  return v128.and(a, b);
}

/** `a & ~b`. */
export function andnot(a: Lanes, b: Lanes): Lanes {
  return v128.andnot(a, b);
}

export function or(a: Lanes, b: Lanes): Lanes {
  return v128.or(a, b);
}

export function xor(a: Lanes, b: Lanes): Lanes {
  return v128.xor(a, b);
}

export function not(a: Lanes): Lanes {
  return v128.not(a);
}

/** `mask ? a : b`, bit by bit. */
export function select(a: Lanes, b: Lanes, mask: Lanes): Lanes {
  return v128.bitselect(a, b, mask);
}

/** True where any bit is set. */
export function anyTrue(a: Lanes): bool {
  return v128.any_true(a);
}

export function iadd(a: Lanes, b: Lanes): Lanes {
  return i32x4.add(a, b);
}

export function isub(a: Lanes, b: Lanes): Lanes {
  return i32x4.sub(a, b);
}

export function imul(a: Lanes, b: Lanes): Lanes {
  return i32x4.mul(a, b);
}

export function ieq(a: Lanes, b: Lanes): Lanes {
  return i32x4.eq(a, b);
}

export function ilt(a: Lanes, b: Lanes): Lanes {
  return i32x4.lt_s(a, b);
}

export function ile(a: Lanes, b: Lanes): Lanes {
  return i32x4.le_s(a, b);
}

export function ishl(a: Lanes, bits: i32): Lanes {
  return i32x4.shl(a, bits);
}

/** Arithmetic shift right. */
export function ishr(a: Lanes, bits: i32): Lanes {
  return i32x4.shr_s(a, bits);
}

/** Logical shift right. */
export function ushr(a: Lanes, bits: i32): Lanes {
  return i32x4.shr_u(a, bits);
}

/** i32 to the nearest f32. */
export function toFloat(a: Lanes): Lanes {
  return f32x4.convert_i32x4_s(a);
}

/** f32 to i32, towards zero, saturating; NaN becomes 0. */
export function toInt(a: Lanes): Lanes {
  return i32x4.trunc_sat_f32x4_s(a);
}

export function lane0(a: Lanes): f32 {
  return f32x4.extract_lane(a, 0);
}

/** `(a0 + a2) + (a1 + a3)`: the one order in which lanes are added. */
export function hsum(a: Lanes): f32 {
  return (
    f32x4.extract_lane(a, 0) +
    f32x4.extract_lane(a, 2) +
    (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3))
  );
}

/** Largest lane; NaN if any lane is NaN. */
export function hmax(a: Lanes): f32 {
  return max<f32>(
    max<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 2)),
    max<f32>(f32x4.extract_lane(a, 1), f32x4.extract_lane(a, 3)),
  );
}

/** Four unsigned bytes at `p`, as integers. */
export function loadBytes(p: usize): Lanes {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p)));
}

/** Low bytes of four vectors of integers from -128 to 255, side by side: masks become 255 or 0. */
export function packBytes(a: Lanes, b: Lanes, c: Lanes, d: Lanes): Lanes {
  const mask = i32x4.splat(255);
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(v128.and(a, mask), v128.and(b, mask)),
    i16x8.narrow_i32x4_s(v128.and(c, mask), v128.and(d, mask)),
  );
}

/** 1 in each byte. */
export function byteOnes(): Lanes {
  return i8x16.splat(1);
}

/** Low bytes of the first `count` lanes (1 to 4) at `p`. */
export function storeBytes(p: usize, x: Lanes, count: i32): void {
  const bytes = i32x4.extract_lane(packBytes(x, x, x, x), 0);
  if (count >= 4) {
    i32.store(p, bytes);
  } else {
    i32.store8(p, bytes);
    if (count > 1) i32.store8(p, bytes >> 8, 1);
    if (count > 2) i32.store8(p, bytes >> 16, 2);
  }
}

/** Low and high 64 bits, for the rare step that has to go lane by lane. */
export function lowHalf(a: Lanes): u64 {
  return <u64>i64x2.extract_lane(a, 0);
}

export function highHalf(a: Lanes): u64 {
  return <u64>i64x2.extract_lane(a, 1);
}

export function fromHalves(low: u64, high: u64): Lanes {
  return i64x2.replace_lane(i64x2.splat(<i64>low), 1, <i64>high);
}

/** High words of the products of u32 lanes; `imul` gives the low ones. */
export function umulHigh(a: Lanes, b: Lanes): Lanes {
  return v128.shuffle<i32>(
    i64x2.extmul_low_i32x4_u(a, b),
    i64x2.extmul_high_i32x4_u(a, b),
    1,
    3,
    5,
    7,
  );
}

/**
 * Two f64 (or i64) side by side, for what f32 cannot hold. Never fused: the same bits in all
 * builds.
 */
export type Doubles = v128;

/** Lanes 0 and 1 as f64. */
export function lowDoubles(a: Lanes): Doubles {
  return f64x2.promote_low_f32x4(a);
}

/** Lanes 2 and 3 as f64. */
export function highDoubles(a: Lanes): Doubles {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 1));
}

/** Four f64 rounded to f32. */
export function fromDoubles(low: Doubles, high: Doubles): Lanes {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Two copies of the f64 at `p`. */
export function loadDoubles(p: usize): Doubles {
  return v128.load64_splat(p);
}

export function addDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.add(a, b);
}

export function subDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.sub(a, b);
}

export function mulDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.mul(a, b);
}

export function divDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.div(a, b);
}

/** `b < a ? b : a`, as pmin. */
export function pminDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.pmin(a, b);
}

/** `a < b ? b : a`, as pmax. */
export function pmaxDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.pmax(a, b);
}

export function sqrtDoubles(a: Doubles): Doubles {
  return f64x2.sqrt(a);
}

export function eqDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.eq(a, b);
}

export function ltDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.lt(a, b);
}

export function leDoubles(a: Doubles, b: Doubles): Doubles {
  return f64x2.le(a, b);
}

/** i64 sum of the bits. */
export function addLongs(a: Doubles, b: Doubles): Doubles {
  return i64x2.add(a, b);
}

export function shlLongs(a: Doubles, bits: i32): Doubles {
  return i64x2.shl(a, bits);
}

/** Logical shift right. */
export function shrLongs(a: Doubles, bits: i32): Doubles {
  return i64x2.shr_u(a, bits);
}

/** Two copies of a f64. */
export function splatDoubles(x: f64): Doubles {
  return f64x2.splat(x);
}

/** `a0 + a1`. */
export function sumDoubles(a: Doubles): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}
