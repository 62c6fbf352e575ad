import { LANES, add, at, div, load, loadSplat, mul, storePart, sub } from "../lanes";

/** One row: out[i] = a[i stepA] op b[i stepB], steps 0 or 1. */
function rowAdd(a: usize, stepA: i32, b: usize, stepB: i32, out: usize, n: i32): void {
  for (let i: i32 = 0; i < n; i += LANES) {
    const x = stepA ? load(at(a, i)) : loadSplat(a);
    const y = stepB ? load(at(b, i)) : loadSplat(b);
    storePart(at(out, i), add(x, y), n - i);
  }
}

function rowSub(a: usize, stepA: i32, b: usize, stepB: i32, out: usize, n: i32): void {
  for (let i: i32 = 0; i < n; i += LANES) {
    const x = stepA ? load(at(a, i)) : loadSplat(a);
    const y = stepB ? load(at(b, i)) : loadSplat(b);
    storePart(at(out, i), sub(x, y), n - i);
  }
}

function rowMul(a: usize, stepA: i32, b: usize, stepB: i32, out: usize, n: i32): void {
  for (let i: i32 = 0; i < n; i += LANES) {
    const x = stepA ? load(at(a, i)) : loadSplat(a);
    const y = stepB ? load(at(b, i)) : loadSplat(b);
    storePart(at(out, i), mul(x, y), n - i);
  }
}

function rowDiv(a: usize, stepA: i32, b: usize, stepB: i32, out: usize, n: i32): void {
  for (let i: i32 = 0; i < n; i += LANES) {
    const x = stepA ? load(at(a, i)) : loadSplat(a);
    const y = stepB ? load(at(b, i)) : loadSplat(b);
    storePart(at(out, i), div(x, y), n - i);
  }
}

/**
 * Two operands element by element under broadcasting: add, sub, mul, div.
 *
 * The host collapses the axes: neighbours along which both operands advance alike become one. What
 * is left is a table of u32:
 *
 *     table: | rank | length, strideA, strideB | ... outermost axis first
 *
 * Strides are in elements, 0 along an axis that is broadcast; those of the last axis are 0 or 1.
 * May run in place on an operand that is not broadcast.
 *
 * @grain 16
 * @param kind   0 add, 1 sub, 2 mul, 3 div
 * @param a      f32, first operand
 * @param b      f32, second operand
 * @param out    f32[n], the broadcast shape
 * @param table  u32[1 + 3 rank], the collapsed axes
 */
export function binary(kind: i32, a: usize, b: usize, out: usize, table: usize, begin: i32, end: i32): void {
  const rank = word(table);
  const last = table + 4 + 12 * (rank - 1);
  const inner = word(last);
  const stepA = word(last + 4);
  const stepB = word(last + 8);
  let i = begin;
  while (i < end) {
    let rest = i / inner;
    const column = i - rest * inner;
    let offsetA = column * stepA;
    let offsetB = column * stepB;
    for (let axis = last - 12; axis > table; axis -= 12) {
      const length = word(axis);
      const index = rest % length;
      rest /= length;
      offsetA += index * word(axis + 4);
      offsetB += index * word(axis + 8);
    }
    const n = min(inner - column, end - i);
    switch (kind) {
      case 0:
        rowAdd(at(a, offsetA), stepA, at(b, offsetB), stepB, at(out, i), n);
        break;
      case 1:
        rowSub(at(a, offsetA), stepA, at(b, offsetB), stepB, at(out, i), n);
        break;
      case 2:
        rowMul(at(a, offsetA), stepA, at(b, offsetB), stepB, at(out, i), n);
        break;
      case 3:
        rowDiv(at(a, offsetA), stepA, at(b, offsetB), stepB, at(out, i), n);
        break;
    }
    i += n;
  }
}

function word(p: usize): i32 {
  return i32.load(p);
}
