/** Two operands element by element under broadcasting. */
import { walkRows } from "../broadcast";
import {
  LANES,
  Lanes,
  add,
  div,
  load,
  load2,
  load3,
  loadNext,
  loadSplat,
  mul,
  ne,
  or,
  pmax,
  pmin,
  store,
  store2,
  store3,
  storeNext,
  storePart,
  sub,
} from "../lanes";
import { pow } from "../math";

/** What is done to two vectors, as a class without fields: the loops are compiled once for each. */
class Add {
  of(x: Lanes, y: Lanes): Lanes {
    return add(x, y);
  }
}
class Sub {
  of(x: Lanes, y: Lanes): Lanes {
    return sub(x, y);
  }
}
class Mul {
  of(x: Lanes, y: Lanes): Lanes {
    return mul(x, y);
  }
}
class Div {
  of(x: Lanes, y: Lanes): Lanes {
    return div(x, y);
  }
}
/** pmax keeps a NaN of x; all ones, which is a NaN, where y is one. */
class Maximum {
  of(x: Lanes, y: Lanes): Lanes {
    return or(pmax(x, y), ne(y, y));
  }
}
class Minimum {
  of(x: Lanes, y: Lanes): Lanes {
    return or(pmin(x, y), ne(y, y));
  }
}

/** One row: out[i] = F(a[i stepA], b[i stepB]). An operand of step 0 is spread in scratch, so that one loop serves all. */
function run<F>(
  a: usize,
  stepA: i32,
  b: usize,
  stepB: i32,
  out: usize,
  n: i32,
  scratch: usize,
): void {
  const f = changetype<F>(0);
  let moveA: usize = 64;
  let moveB: usize = 64;
  if (!stepA) {
    a = spread(scratch, a);
    moveA = 0;
  }
  if (!stepB) {
    b = spread(scratch + 64, b);
    moveB = 0;
  }
  for (; n >= 4 * LANES; n -= 4 * LANES) {
    store(out, f.of(load(a), load(b)));
    storeNext(out, f.of(loadNext(a), loadNext(b)));
    store2(out, f.of(load2(a), load2(b)));
    store3(out, f.of(load3(a), load3(b)));
    a += moveA;
    b += moveB;
    out += 64;
  }
  moveA >>= 2;
  moveB >>= 2;
  for (; n > 0; n -= LANES) {
    storePart(out, f.of(load(a), load(b)), n);
    a += moveA;
    b += moveB;
    out += 16;
  }
}

/** 16 copies of the f32 at `x`, in `scratch`. */
function spread(scratch: usize, x: usize): usize {
  const v = loadSplat(x);
  store(scratch, v);
  storeNext(scratch, v);
  store2(scratch, v);
  store3(scratch, v);
  return scratch;
}

/** Long enough that the loop is not unrolled. */
function runPow(a: usize, stepA: i32, b: usize, stepB: i32, out: usize, n: i32): void {
  for (let i: i32 = 0; i < n; i += LANES) {
    const x = stepA ? load(a) : loadSplat(a);
    const y = stepB ? load(b) : loadSplat(b);
    storePart(out, pow(x, y), n - i);
    a += (<usize>stepA) << 4;
    b += (<usize>stepB) << 4;
    out += 16;
  }
}

class BinaryRows {
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
    scratch: usize,
  ): void {
    switch (kind) {
      case 0:
        run<Add>(a, stepA, b, stepB, out, n, scratch);
        break;
      case 1:
        run<Sub>(a, stepA, b, stepB, out, n, scratch);
        break;
      case 2:
        run<Mul>(a, stepA, b, stepB, out, n, scratch);
        break;
      case 3:
        run<Div>(a, stepA, b, stepB, out, n, scratch);
        break;
      case 4:
        run<Maximum>(a, stepA, b, stepB, out, n, scratch);
        break;
      case 5:
        run<Minimum>(a, stepA, b, stepB, out, n, scratch);
        break;
      case 6:
        runPow(a, stepA, b, stepB, out, n);
        break;
    }
  }
}

/**
 * Two operands element by element under broadcasting: add, sub, mul, div, maximum and minimum (NaN
 * where either is NaN), pow (special values of C99). May run in place on an operand that is not
 * broadcast.
 *
 * @grain 16
 * @param kind     0 add, 1 sub, 2 mul, 3 div, 4 maximum, 5 minimum, 6 pow
 * @param a        f32, first operand
 * @param b        f32, second operand
 * @param out      f32[n], the broadcast shape
 * @param table    u32[1 + 4 rank], the collapsed axes: see ../broadcast
 * @param scratch  128 bytes
 */
export function binary(
  kind: i32,
  a: usize,
  b: usize,
  out: usize,
  table: usize,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  walkRows<BinaryRows>(kind, a, b, 0, out, 2, table, scratch, begin, end);
}
