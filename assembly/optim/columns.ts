import { at } from "../lanes";

/**
 * Clips the gradient of each output unit by the norm of its weights: columns [begin, end) of [rows, columns].
 *
 *     most = limit max(|w|, least),  g = g most / |g| where |g| > most
 *
 * Norms in f64. NaN comes through. Source: Brock et al. 2021, equation 3 (arXiv:2102.06171).
 *
 * @grain 16
 * @param g        f32[rows,columns], gradients, in place
 * @param w        f32[rows,columns], weights
 * @param rows     weights of a unit
 * @param columns  units
 * @param limit    largest |g| / |w|
 * @param least    smallest |w| that counts
 */
export function adaptiveClip(
  g: usize,
  w: usize,
  rows: i32,
  columns: i32,
  limit: f32,
  least: f32,
  begin: i32,
  end: i32,
): void {
  for (let j = begin; j < end; j++) {
    let gs: f64 = 0;
    let ws: f64 = 0;
    for (let i = 0; i < rows; i++) {
      const x = <f64>load<f32>(at(g, i * columns + j));
      const y = <f64>load<f32>(at(w, i * columns + j));
      gs += x * x;
      ws += y * y;
    }
    const norm = sqrt<f64>(gs);
    const held = sqrt<f64>(ws);
    const most = <f64>limit * (held < <f64>least ? <f64>least : held);
    if (norm <= most) continue;
    const factor = most / norm;
    for (let i = 0; i < rows; i++) {
      const to = at(g, i * columns + j);
      store<f32>(to, <f32>(<f64>load<f32>(to) * factor));
    }
  }
}

/**
 * Brings the norm of each vector of weights nearer to [low, high], vectors [begin, end) of
 * [outer, length, inner]: vector i is w[i / inner, :, i % inner].
 *
 *     wanted = rate clamp(norm, low, high) + (1 - rate) norm
 *     w = w wanted / (norm + 1e-7)
 *
 * Norms in f64. NaN comes through. Source: keras.constraints.MinMaxNorm.
 *
 * @grain 16
 * @param w       f32[outer,length,inner], in place
 * @param length  elements of a vector
 * @param inner   distance between its elements
 * @param low     smallest norm
 * @param high    largest norm
 * @param rate    how much of the way
 */
export function boundNorm(
  w: usize,
  length: i32,
  inner: i32,
  low: f32,
  high: f32,
  rate: f32,
  begin: i32,
  end: i32,
): void {
  for (let v = begin; v < end; v++) {
    const first = at(w, (v / inner) * length * inner + (v % inner));
    let sum: f64 = 0;
    for (let i = 0; i < length; i++) {
      const x = <f64>load<f32>(at(first, i * inner));
      sum += x * x;
    }
    const norm = sqrt<f64>(sum);
    let held = norm;
    if (held < <f64>low) held = <f64>low;
    if (held > <f64>high) held = <f64>high;
    const factor = (<f64>rate * held + (1 - <f64>rate) * norm) / (norm + 1e-7);
    for (let i = 0; i < length; i++) {
      const to = at(first, i * inner);
      store<f32>(to, <f32>(<f64>load<f32>(to) * factor));
    }
  }
}

/**
 * Weights below 0 become 0, elements [begin, end). NaN stays NaN.
 *
 * @grain 16
 * @param w  f32[n], in place
 */
export function nonNegative(w: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const to = at(w, i);
    if (load<f32>(to) < 0) store<f32>(to, 0);
  }
}
