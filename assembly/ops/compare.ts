/** Comparisons, choice and conversion: where bytes and words meet. */
import { walkRows } from "../broadcast";
import {
  LANES,
  Lanes,
  and,
  at,
  byteOnes,
  eq,
  ieq,
  ile,
  ilt,
  isplat,
  le,
  load,
  loadBytes,
  loadSplat,
  lt,
  ne,
  not,
  packBytes,
  select,
  splat,
  store,
  storeBytes,
  storePart,
  toFloat,
  toInt,
} from "../lanes";

/** All ones where the comparison `kind` holds. */
function holds(kind: i32, x: Lanes, y: Lanes): Lanes {
  switch (kind) {
    case 0:
      return eq(x, y);
    case 1:
      return ne(x, y);
    case 2:
      return lt(x, y);
    case 3:
      return le(x, y);
    case 4:
      return ieq(x, y);
    case 5:
      return not(ieq(x, y));
    case 6:
      return ilt(x, y);
    default:
      return ile(x, y);
  }
}

class CompareRows {
  row(
    kind: i32,
    a: usize,
    stepA: i32,
    b: usize,
    stepB: i32,
    _c: usize,
    _stepC: i32,
    out: usize,
    n: i32,
    _scratch: usize,
  ): void {
    const one = isplat(1);
    for (let i: i32 = 0; i < n; i += LANES) {
      const x = stepA ? load(a) : loadSplat(a);
      const y = stepB ? load(b) : loadSplat(b);
      storeBytes(out, and(holds(kind, x, y), one), n - i);
      a += (<usize>stepA) << 4;
      b += (<usize>stepB) << 4;
      out += LANES;
    }
  }
}

/**
 * Comparison element by element under broadcasting, 1 where it holds and 0 elsewhere. With a NaN only
 * "not equal" holds. Greater is less with the operands exchanged.
 *
 * @grain 16
 * @param kind     0 equal, 1 not equal, 2 less, 3 less or equal; plus 4 for i32 operands
 * @param a        f32 or i32, first operand
 * @param b        f32 or i32, second operand
 * @param out      u8[n], the broadcast shape
 * @param table    u32[1 + 4 rank], the collapsed axes: see ../broadcast
 */
export function compare(
  kind: i32,
  a: usize,
  b: usize,
  out: usize,
  table: usize,
  begin: i32,
  end: i32,
): void {
  walkRows<CompareRows>(kind, a, b, 0, out, 0, table, 0, begin, end);
}

class WhereRows {
  row(
    _kind: i32,
    a: usize,
    stepA: i32,
    b: usize,
    stepB: i32,
    c: usize,
    stepC: i32,
    out: usize,
    n: i32,
    _scratch: usize,
  ): void {
    const zero = splat(0);
    const all = isplat(i32.load8_u(c));
    for (let i: i32 = 0; i < n; i += LANES) {
      const x = stepA ? load(a) : loadSplat(a);
      const y = stepB ? load(b) : loadSplat(b);
      const no = ieq(stepC ? loadBytes(c) : all, zero);
      storePart(out, select(y, x, no), n - i);
      a += (<usize>stepA) << 4;
      b += (<usize>stepB) << 4;
      c += (<usize>stepC) << 2;
      out += 16;
    }
  }
}

/**
 * Choice element by element under broadcasting, `out = condition ? a : b`, of 32-bit words. What is
 * not chosen leaves no trace, NaN neither.
 *
 * @grain 16
 * @param condition  u8, 0 for b
 * @param a          32-bit words, first choice
 * @param b          32-bit words, second choice
 * @param out        32-bit words, the broadcast shape
 * @param table      u32[1 + 4 rank], the collapsed axes: see ../broadcast
 */
export function where(
  condition: usize,
  a: usize,
  b: usize,
  out: usize,
  table: usize,
  begin: i32,
  end: i32,
): void {
  walkRows<WhereRows>(0, a, b, condition, out, 2, table, 0, begin, end);
}

/**
 * Conversion of dtypes, element by element. f32 to i32 cuts towards zero and saturates, NaN becomes 0;
 * to a byte the integer is taken modulo 256; to bool everything but zero becomes 1, NaN too. i32 to f32
 * rounds to nearest.
 *
 * @grain 16
 * @param from  dtype of x: 0 f32, 1 i32, 2 byte
 * @param to    dtype of out: 0 f32, 1 i32, 2 byte, 3 bool
 * @param x     [n]
 * @param out   [n]
 */
export function cast(from: i32, to: i32, x: usize, out: usize, begin: i32, end: i32): void {
  if (to >= 2) {
    for (let i = begin; i < end; i += 4 * LANES) {
      const p = from == 2 ? x + <usize>i : at(x, i);
      let bytes: Lanes;
      if (to == 3)
        bytes = packBytes(
          truth(from, p),
          truth(from, next(from, p, 1)),
          truth(from, next(from, p, 2)),
          truth(from, next(from, p, 3)),
        );
      else
        bytes = packBytes(
          whole(from, p),
          whole(from, next(from, p, 1)),
          whole(from, next(from, p, 2)),
          whole(from, next(from, p, 3)),
        );
      store(out + <usize>i, to == 3 ? and(bytes, byteOnes()) : bytes);
    }
  } else {
    for (let i = begin; i < end; i += LANES) {
      const p = from == 2 ? x + <usize>i : at(x, i);
      const v = from == 0 ? load(p) : whole(from, p);
      store(at(out, i), from == 0 ? toInt(v) : to == 0 ? toFloat(v) : v);
    }
  }
}

/** Address of the k-th group of four elements from p. */
function next(from: i32, p: usize, k: usize): usize {
  return p + (k << (from == 2 ? 2 : 4));
}

/** Four elements as integers. */
function whole(from: i32, p: usize): Lanes {
  return from == 0 ? toInt(load(p)) : from == 1 ? load(p) : loadBytes(p);
}

/** All ones where an element is not zero. */
function truth(from: i32, p: usize): Lanes {
  const zero = splat(0);
  return from == 0 ? ne(load(p), zero) : not(ieq(from == 1 ? load(p) : loadBytes(p), zero));
}
