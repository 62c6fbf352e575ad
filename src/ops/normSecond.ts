import type { SymbolicTensor } from "../graph/symbolic.ts";
import { sizeOf } from "../shape.ts";
import { add, mul, sub } from "./binary.ts";
import { broadcastTo, sumTo } from "./broadcastTo.ts";
import { mean } from "./mean.ts";
import { neg } from "./neg.ts";
import { reshape } from "./reshape.ts";
import { rsqrt, square } from "./unary.ts";

/** What was normalized, and the gradients of some quantity by the three outputs of its gradient op. */
interface SecondOrder {
  x: SymbolicTensor;
  dy: SymbolicTensor;
  gamma: SymbolicTensor | null;
  /** n, s, groups, channels of a group: the means are over the second and the last. */
  dims: readonly [number, number, number, number];
  epsilon: number;
  /** Whether the mean is taken out: not in RMS norm. */
  centered: boolean;
  /** By dx, dgamma and dbeta. */
  douts: readonly (SymbolicTensor | null | undefined)[];
}

/**
 * Gradients of the gradient of a normalization, by x, dy and gamma: plain ops, which have gradients of their own.
 * With z the normalized x, r = rstd, w = gamma dy, and P(t) = t - mean(t) - z mean(t z), the gradient is
 *
 *     dx = r P(w),  dgamma = sum dy z,  dbeta = sum dy
 *
 * and for the gradients u, ug, ub by these three
 *
 *     x:     -r^2 (z mean(u P(w)) + P(u) mean(w z) + P(w) mean(u z)) + r P(ug dy)
 *     dy:    gamma r P(u) + ug z + ub
 *     gamma: sum dy r P(u)
 */
export function normSecond({
  x,
  dy,
  gamma,
  dims,
  epsilon,
  centered,
  douts,
}: SecondOrder): [SymbolicTensor, SymbolicTensor, SymbolicTensor | null] {
  const [, , groups, width] = dims;
  const whole = (t: SymbolicTensor): SymbolicTensor => reshape(t, { shape: dims });
  const perChannel = (t: SymbolicTensor): SymbolicTensor =>
    reshape(t, { shape: [1, 1, groups, width] });
  const average = (t: SymbolicTensor): SymbolicTensor => mean(t, { axis: [1, 3], keepDims: true });
  const less = (t: SymbolicTensor): SymbolicTensor => (centered ? sub(t, average(t)) : t);

  const d = less(whole(x));
  const r = rsqrt(add(average(square(d)), epsilon));
  const z = mul(d, r);
  const project = (t: SymbolicTensor): SymbolicTensor => sub(less(t), mul(z, average(mul(t, z))));
  const g = whole(dy);
  const scale = gamma && perChannel(gamma);
  const w = scale ? mul(g, scale) : g;
  const [u, ug, ub] = douts;

  const byX: SymbolicTensor[] = [];
  const byDy: SymbolicTensor[] = [];
  let byGamma: SymbolicTensor | null = null;
  if (u) {
    const v = whole(u);
    const [pu, pw] = [project(v), project(w)];
    const terms = add(
      add(mul(z, average(mul(v, pw))), mul(pu, average(mul(w, z)))),
      mul(pw, average(mul(v, z))),
    );
    byX.push(neg(mul(square(r), terms)));
    const rpu = mul(r, pu);
    byDy.push(scale ? mul(rpu, scale) : rpu);
    if (gamma) byGamma = reshape(sumTo(mul(g, rpu), [1, 1, groups, width]), { shape: gamma.shape });
  }
  if (ug) {
    byX.push(mul(r, project(mul(g, perChannel(ug)))));
    byDy.push(mul(z, perChannel(ug)));
  }
  if (ub) byDy.push(broadcastTo(perChannel(ub), dims));
  const total = (terms: readonly SymbolicTensor[]): SymbolicTensor =>
    terms.length > 0
      ? reshape(
          terms.reduce((a, b) => add(a, b)),
          { shape: x.shape },
        )
      : mul(x, 0);
  return [total(byX), total(byDy), byGamma];
}

/**
 * What a gradient by the statistics themselves adds to that by x: `dmean / m + 2 (x - mean) / m times
 * (dvariance - r^3 / 2 drstd)`, m the elements of a group. Null where nothing depends on them.
 */
export function statisticsGrad(
  x: SymbolicTensor,
  [mean0, , rstd]: readonly SymbolicTensor[],
  [dmean, dvariance, drstd]: readonly (SymbolicTensor | null | undefined)[],
  dims: readonly [number, number, number, number],
): SymbolicTensor | null {
  if (!dmean && !dvariance && !drstd) return null;
  const [n, s, groups, width] = dims;
  const perGroup = (t: SymbolicTensor): SymbolicTensor => reshape(t, { shape: [n, 1, groups, 1] });
  const share = 1 / Math.max(1, s * width);
  const terms: SymbolicTensor[] = [];
  if (dmean) terms.push(broadcastTo(perGroup(mul(dmean, share)), dims));
  const slopes: SymbolicTensor[] = [];
  if (dvariance) slopes.push(mul(dvariance, 2 * share));
  if (drstd) slopes.push(mul(mul(mul(square(rstd!), rstd!), drstd), -share));
  if (slopes.length > 0) {
    const d = sub(reshape(x, { shape: dims }), perGroup(mean0!));
    terms.push(mul(d, perGroup(slopes.reduce((a, b) => add(a, b)))));
  }
  return sizeOf(dims) === 0
    ? null
    : reshape(
        terms.reduce((a, b) => add(a, b)),
        { shape: x.shape },
      );
}
