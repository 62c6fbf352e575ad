import { LANES, Lanes, and, at, eq, isplat, load, ne, or, select, storePart } from "../lanes";
import { Largest, Smallest, foldRow } from "../reduce";

/** First of n neighbours that equals the choice F; the first NaN where there is one. */
function first<F>(x: usize, n: i32): i32 {
  const best = foldRow<F>(x, n);
  if (best != best) {
    for (let i: i32 = 0; i < n; i++) {
      const v = f32.load(at(x, i));
      if (v != v) return i;
    }
  }
  for (let i: i32 = 0; i < n; i++) if (f32.load(at(x, i)) == best) return i;
  return 0;
}

/** The same in each of four neighbouring columns. */
function firstInColumns<F>(x: usize, rows: i32, step: usize): Lanes {
  const f = changetype<F>(0);
  let best = load(x);
  let index = isplat(0);
  for (let r: i32 = 1; r < rows; r++) {
    x += step;
    const v = load(x);
    const take = or(f.beats(v, best), and(ne(v, v), eq(best, best)));
    best = select(v, best, take);
    index = select(isplat(r), index, take);
  }
  return index;
}

function indices<F>(x: usize, out: usize, length: i32, inner: i32, begin: i32, end: i32): void {
  if (inner == 1) {
    for (let o = begin; o < end; o++) i32.store(at(out, o), first<F>(at(x, o * length), length));
    return;
  }
  for (let i = begin; i < end;) {
    const o = i / inner;
    const column = i - o * inner;
    const n = min(inner - column, end - i);
    for (let j: i32 = 0; j < n; j += LANES) {
      const from = at(x, o * length * inner + column + j);
      storePart(at(out, i + j), firstInColumns<F>(from, length, (<usize>inner) << 2), n - j);
    }
    i += n;
  }
}

/**
 * Index of the largest or smallest element along the middle axis, the first of equals; the first NaN where
 * there is one, as in PyTorch.
 *
 * @grain 16
 * @param kind    0 largest, 1 smallest
 * @param x       f32[outer, length, inner]
 * @param out     i32[outer, inner]
 * @param length  elements in a choice, >= 1
 * @param inner   elements behind the axis that is reduced
 */
export function argMax(
  kind: i32,
  x: usize,
  out: usize,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  if (kind == 0) indices<Largest>(x, out, length, inner, begin, end);
  else indices<Smallest>(x, out, length, inner, begin, end);
}
