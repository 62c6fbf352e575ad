/**
 * Random fills and dropout. Element i is a pure function of (seed, stream, step, i): neither
 * threads nor splits change it, and the same call gives the same numbers again. See ../random.
 */
import { DROPOUT, MASK, NORMAL, TRUNCATED, UNIFORM, generate } from "../random";

/**
 * Uniform numbers, `out = low + range u` with u a multiple of 2^-24 in [0, 1). Rounding may reach
 * `low + range` itself where low is not 0.
 *
 * @grain 16
 * @param out       f32[n]
 * @param seedLow   low word of the model's seed, the key of Philox
 * @param seedHigh  high word of the seed
 * @param stream    number of the node in its graph: nodes draw independent numbers
 * @param stepLow   low word of the training step
 * @param stepHigh  high word of the step
 * @param low       smallest value
 * @param range     largest value less the smallest
 */
export function randomUniform(
  out: usize,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
  low: f32,
  range: f32,
  begin: i32,
  end: i32,
): void {
  generate(UNIFORM, 0, out, seedLow, seedHigh, stream, stepLow, stepHigh, low, range, begin, end);
}

/**
 * Normal numbers by Box and Muller, `out = mean + stddev z`, |z| <= 5.77.
 *
 * @grain 16
 * @param out       f32[n]
 * @param seedLow   low word of the model's seed, the key of Philox
 * @param seedHigh  high word of the seed
 * @param stream    number of the node in its graph: nodes draw independent numbers
 * @param stepLow   low word of the training step
 * @param stepHigh  high word of the step
 * @param mean      mean
 * @param stddev    standard deviation
 */
export function randomNormal(
  out: usize,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
  mean: f32,
  stddev: f32,
  begin: i32,
  end: i32,
): void {
  generate(NORMAL, 0, out, seedLow, seedHigh, stream, stepLow, stepHigh, mean, stddev, begin, end);
}

/**
 * Normal numbers cut off at two standard deviations, `out = mean + stddev z` with |z| < 2, by
 * inversion of the distribution function. As in Keras, stddev is that of the normal before the cut:
 * what is left has 0.8796 stddev.
 *
 * @grain 16
 * @param out       f32[n]
 * @param seedLow   low word of the model's seed, the key of Philox
 * @param seedHigh  high word of the seed
 * @param stream    number of the node in its graph: nodes draw independent numbers
 * @param stepLow   low word of the training step
 * @param stepHigh  high word of the step
 * @param mean      mean
 * @param stddev    standard deviation before the cut
 */
export function randomTruncatedNormal(
  out: usize,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
  mean: f32,
  stddev: f32,
  begin: i32,
  end: i32,
): void {
  generate(
    TRUNCATED,
    0,
    out,
    seedLow,
    seedHigh,
    stream,
    stepLow,
    stepHigh,
    mean,
    stddev,
    begin,
    end,
  );
}

/**
 * Multipliers of dropout, `out = u >= rate ? scale : 0`: an element is kept where u >= rate, with u
 * uniform in [0, 1). Rate 0 keeps all, rate 1 nothing.
 *
 * @grain 16
 * @param out       f32[n]
 * @param seedLow   low word of the model's seed, the key of Philox
 * @param seedHigh  high word of the seed
 * @param stream    number of the node in its graph: nodes draw independent numbers
 * @param stepLow   low word of the training step
 * @param stepHigh  high word of the step
 * @param rate      probability of dropping
 * @param scale     usually 1 / (1 - rate)
 */
export function dropoutMask(
  out: usize,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
  rate: f32,
  scale: f32,
  begin: i32,
  end: i32,
): void {
  generate(MASK, 0, out, seedLow, seedHigh, stream, stepLow, stepHigh, rate, scale, begin, end);
}

/**
 * Inverted dropout, `out = u >= rate ? x scale : 0`. Dropped elements are +0, even of NaN. The mask
 * is that of `dropoutMask`. The gradient is this kernel on dy with the same seed, stream and step:
 * no mask is stored. May run in place. Source: Srivastava et al. 2014.
 *
 * @grain 16
 * @param x         f32[n]
 * @param out       f32[n], may be x
 * @param seedLow   low word of the model's seed, the key of Philox
 * @param seedHigh  high word of the seed
 * @param stream    number of the node in its graph: nodes draw independent numbers
 * @param stepLow   low word of the training step
 * @param stepHigh  high word of the step
 * @param rate      probability of dropping
 * @param scale     usually 1 / (1 - rate)
 */
export function dropout(
  x: usize,
  out: usize,
  seedLow: u32,
  seedHigh: u32,
  stream: i32,
  stepLow: u32,
  stepHigh: u32,
  rate: f32,
  scale: f32,
  begin: i32,
  end: i32,
): void {
  generate(DROPOUT, x, out, seedLow, seedHigh, stream, stepLow, stepHigh, rate, scale, begin, end);
}
