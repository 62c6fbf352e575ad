/** What stands at an index is set, or combined with what was there; threads share columns, never an index. */
import {
  LANES,
  Lanes,
  add,
  at,
  load,
  loadSplat,
  mul,
  ne,
  or,
  pmax,
  pmin,
  storePart,
} from "../lanes";

/** What is done with an old and a new vector, as a class without fields. */
class Set {
  of(_old: Lanes, update: Lanes): Lanes {
    return update;
  }
}
class Add {
  of(old: Lanes, update: Lanes): Lanes {
    return add(old, update);
  }
}
class Mul {
  of(old: Lanes, update: Lanes): Lanes {
    return mul(old, update);
  }
}
/** pmax keeps a NaN of the old one; all ones, which is a NaN, where the update is one. */
class Maximum {
  of(old: Lanes, update: Lanes): Lanes {
    return or(pmax(old, update), ne(update, update));
  }
}
class Minimum {
  of(old: Lanes, update: Lanes): Lanes {
    return or(pmin(old, update), ne(update, update));
  }
}

/** Columns [begin, end) of [outer, inner]: those of one outer index at a time, in the order of the indices. */
function slices<F>(
  indices: usize,
  updates: usize,
  out: usize,
  n: i32,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  const f = changetype<F>(0);
  for (let i = begin; i < end;) {
    const o = i / inner;
    const column = i - o * inner;
    const count = min(inner - column, end - i);
    let from = at(updates, o * n * inner + column);
    const to = at(out, o * length * inner + column);
    for (let k: i32 = 0; k < n; k++) {
      const index = i32.load(at(indices, k));
      if (<u32>index < <u32>length) {
        const row = at(to, index * inner);
        for (let j: i32 = 0; j < count; j += LANES)
          storePart(at(row, j), f.of(load(at(row, j)), load(at(from, j))), count - j);
      }
      from = at(from, inner);
    }
    i += count;
  }
}

/** The same with an index for each element. */
function elements<F>(
  indices: usize,
  updates: usize,
  out: usize,
  n: i32,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  const f = changetype<F>(0);
  for (let i = begin; i < end;) {
    const o = i / inner;
    const column = i - o * inner;
    const count = min(inner - column, end - i);
    const to = at(out, o * length * inner + column);
    for (let k: i32 = 0; k < n; k++) {
      const e = (o * n + k) * inner + column;
      for (let j: i32 = 0; j < count; j++) {
        const index = i32.load(at(indices, e + j));
        if (<u32>index >= <u32>length) continue;
        const place = at(to, index * inner + j);
        storePart(place, f.of(loadSplat(place), loadSplat(at(updates, e + j))), 1);
      }
    }
    i += count;
  }
}

/**
 * Slices into the middle axis by index, in order: `out[o, indices[i], :] = f(out[o, indices[i], :],
 * updates[o, i, :])`. An index outside of [0, length) is left out. Maximum and minimum are NaN where
 * either is.
 *
 * @grain 16
 * @param kind     0 set, 1 add, 2 mul, 3 maximum, 4 minimum; only "set" is for i32 as well
 * @param indices  i32[n]
 * @param updates  f32[outer, n, inner]
 * @param out      f32[outer, length, inner], what is to be changed
 * @param n        number of indices
 * @param length   slices in out
 * @param inner    elements in a slice
 */
export function scatter(
  kind: i32,
  indices: usize,
  updates: usize,
  out: usize,
  n: i32,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  if (kind == 0) slices<Set>(indices, updates, out, n, length, inner, begin, end);
  else if (kind == 1) slices<Add>(indices, updates, out, n, length, inner, begin, end);
  else if (kind == 2) slices<Mul>(indices, updates, out, n, length, inner, begin, end);
  else if (kind == 3) slices<Maximum>(indices, updates, out, n, length, inner, begin, end);
  else slices<Minimum>(indices, updates, out, n, length, inner, begin, end);
}

/**
 * Elements into the middle axis by an index each, in order: `out[o, indices[o, i, c], c] = f(out[o,
 * indices[o, i, c], c], updates[o, i, c])`. An index outside of [0, length) is left out. Maximum and
 * minimum are NaN where either is.
 *
 * @grain 16
 * @param kind     0 set, 1 add, 2 mul, 3 maximum, 4 minimum; only "set" is for i32 as well
 * @param indices  i32[outer, n, inner]
 * @param updates  f32[outer, n, inner]
 * @param out      f32[outer, length, inner], what is to be changed
 * @param n        indices along the axis
 * @param length   elements of out along the axis
 * @param inner    elements behind the axis
 */
export function scatterElements(
  kind: i32,
  indices: usize,
  updates: usize,
  out: usize,
  n: i32,
  length: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  if (kind == 0) elements<Set>(indices, updates, out, n, length, inner, begin, end);
  else if (kind == 1) elements<Add>(indices, updates, out, n, length, inner, begin, end);
  else if (kind == 2) elements<Mul>(indices, updates, out, n, length, inner, begin, end);
  else if (kind == 3) elements<Maximum>(indices, updates, out, n, length, inner, begin, end);
  else elements<Minimum>(indices, updates, out, n, length, inner, begin, end);
}
