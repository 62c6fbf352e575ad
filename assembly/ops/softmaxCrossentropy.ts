// Crossentropy of logits: softmax, its logarithm and what is lost by it, a row at a time.
import {
  LANES,
  add,
  and,
  at,
  firstLanes,
  hsum,
  lane0,
  load,
  mul,
  ne,
  splat,
  storePart,
  sub,
} from "../lanes";
import { log } from "../math";
import { Largest, foldRow } from "../reduce";
import { rowExp, scaleRow } from "../softmax/row";

/**
 * Crossentropy of integer labels from logits, `loss = log(sum e^z) - z[label]`, with the
 * probabilities that its gradient needs. Labels must lie in [0, width): the host checks them.
 *
 * @grain 1
 * @param z       f32[rows, width], logits
 * @param labels  i32[rows]
 * @param loss    f32[rows]
 * @param probs   f32[rows, width]
 * @param width   classes
 */
export function sparseSoftmaxCrossentropy(
  z: usize,
  labels: usize,
  loss: usize,
  probs: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const from = at(z, r * width);
    const to = at(probs, r * width);
    const top = foldRow<Largest>(from, width);
    const sum = rowExp(from, to, width, top);
    scaleRow(to, width, splat(<f32>1 / sum));
    const label = i32.load(at(labels, r));
    const z0 = label >= 0 && label < width ? f32.load(at(from, label)) : NaN;
    f32.store(at(loss, r), lane0(log(splat(sum))) + (top - z0));
  }
}

/**
 * Gradient of sparseSoftmaxCrossentropy by the logits, `dz = (p - onehot(label)) dloss`.
 *
 * @grain 1
 * @param probs   f32[rows, width]
 * @param labels  i32[rows]
 * @param dloss   f32[rows]
 * @param dz      f32[rows, width], may be probs
 * @param width   classes
 */
export function sparseSoftmaxCrossentropyGrad(
  probs: usize,
  labels: usize,
  dloss: usize,
  dz: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const p = at(probs, r * width);
    const to = at(dz, r * width);
    const d = f32.load(at(dloss, r));
    const factor = splat(d);
    for (let i: i32 = 0; i < width; i += LANES)
      storePart(at(to, i), mul(load(at(p, i)), factor), width - i);
    const label = i32.load(at(labels, r));
    if (label >= 0 && label < width) f32.store(at(to, label), f32.load(at(to, label)) - d);
  }
}

/**
 * Crossentropy of targets that are numbers, from logits, `loss = sum t (log(sum e^z) - z)`, with the
 * probabilities that its gradient needs. A target of 0 adds nothing, even where its logit is -Infinity.
 *
 * @grain 1
 * @param z      f32[rows, width], logits
 * @param t      f32[rows, width]
 * @param loss   f32[rows]
 * @param probs  f32[rows, width]
 * @param width  classes
 */
export function softmaxCrossentropy(
  z: usize,
  t: usize,
  loss: usize,
  probs: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  const zero = splat(0);
  for (let r = begin; r < end; r++) {
    const from = at(z, r * width);
    const target = at(t, r * width);
    const to = at(probs, r * width);
    const top = foldRow<Largest>(from, width);
    const sum = rowExp(from, to, width, top);
    const factor = splat(<f32>1 / sum);
    const shift = splat(top);
    const logSum = log(splat(sum));
    let total = zero;
    for (let i: i32 = 0; i < width; i += LANES) {
      storePart(at(to, i), mul(load(at(to, i)), factor), width - i);
      const v = load(at(target, i));
      const term = mul(v, add(logSum, sub(shift, load(at(from, i)))));
      total = add(total, and(term, and(ne(v, zero), firstLanes(width - i))));
    }
    f32.store(at(loss, r), hsum(total));
  }
}

/**
 * Gradient of softmaxCrossentropy by the logits, `dz = (p sum t - t) dloss`.
 *
 * @grain 1
 * @param probs  f32[rows, width]
 * @param t      f32[rows, width]
 * @param dloss  f32[rows]
 * @param dz     f32[rows, width], may be probs
 * @param width  classes
 */
export function softmaxCrossentropyGrad(
  probs: usize,
  t: usize,
  dloss: usize,
  dz: usize,
  width: i32,
  begin: i32,
  end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const p = at(probs, r * width);
    const target = at(t, r * width);
    const to = at(dz, r * width);
    let sum = splat(0);
    for (let i: i32 = 0; i < width; i += LANES)
      sum = add(sum, and(load(at(target, i)), firstLanes(width - i)));
    const whole = splat(hsum(sum));
    const factor = splat(f32.load(at(dloss, r)));
    for (let i: i32 = 0; i < width; i += LANES) {
      storePart(
        at(to, i),
        mul(sub(mul(load(at(p, i)), whole), load(at(target, i))), factor),
        width - i,
      );
    }
  }
}
