import { STRIDE, TINY, at, average, flush, load, madd, splat, store } from "../lanes";

/**
 * Adds a batch's gradients to those of the batches before, `sum = first ? part g : sum + part g`, on elements
 * [begin, end). NaN comes through; what stood in `sum` before a first batch does not.
 *
 * @grain 16
 * @param sum    f32[n], updated in place
 * @param g      f32[n], gradients
 * @param first  1: begin a new sum
 * @param part   1 / batches
 */
export function accumulate(
  sum: usize,
  g: usize,
  first: f32,
  part: f32,
  begin: i32,
  end: i32,
): void {
  const fresh = first != 0;
  const zero = splat(0);
  const factor = splat(part);
  const last = at(sum, end);
  sum = at(sum, begin);
  g = at(g, begin);
  do {
    store(sum, madd(factor, load(g), fresh ? zero : load(sum)));
    sum += STRIDE;
    g += STRIDE;
  } while (sum < last);
}

/**
 * A running mean of the parameters on elements [begin, end), `a = a + rate (p - a)`; with `replace`, p = a
 * then. Nothing where rate is 0. NaN in p reaches a.
 *
 * @grain 16
 * @param p        f32[n], parameters
 * @param a        f32[n], mean, updated in place
 * @param rate     what of p enters; 1: all of it
 * @param replace  1: the parameters become their mean
 */
export function averageWeights(
  p: usize,
  a: usize,
  rate: f32,
  replace: f32,
  begin: i32,
  end: i32,
): void {
  if (rate == 0 && replace == 0) return;
  const c = splat(rate);
  const back = replace != 0;
  const tiny = splat(TINY);
  const last = at(p, end);
  p = at(p, begin);
  a = at(a, begin);
  do {
    const mean = flush(average(load(a), load(p), c), tiny);
    store(a, mean);
    if (back) store(p, mean);
    p += STRIDE;
    a += STRIDE;
  } while (p < last);
}

/**
 * Keeps the parameters and moves them uphill on elements [begin, end), `kept = p, p = p + factor g`. NaN in
 * g reaches p. Source: Foret et al. 2021, equation 2 (SAM, arXiv:2010.01412).
 *
 * @grain 16
 * @param p       f32[n], parameters, moved in place
 * @param kept    f32[n], receives the parameters
 * @param g       f32[n], gradients
 * @param factor  radius over the norm of all gradients
 */
export function ascend(p: usize, kept: usize, g: usize, factor: f32, begin: i32, end: i32): void {
  const f = splat(factor);
  const last = at(p, end);
  p = at(p, begin);
  kept = at(kept, begin);
  g = at(g, begin);
  do {
    const w = load(p);
    store(kept, w);
    store(p, madd(f, load(g), w));
    p += STRIDE;
    kept += STRIDE;
    g += STRIDE;
  } while (p < last);
}
