import { FOUR, ONE, SIGN } from "../constants";
import {
  Lanes,
  abs,
  and,
  div,
  gt,
  loadSplat,
  madd,
  mul,
  neg,
  or,
  pmin,
  select,
  splat,
  sub,
} from "../lanes";
import { poly5, poly7 } from "./polynomial";
import { expNegative } from "./exp";

const FLOATS: usize = memory.data<f32>(
  [
    0.875, // 0
    0.3, // 4
  ],
  16,
);

/** Where erf goes over from its polynomial to 1 - erfc. */
function ERF_SPLIT(): Lanes {
  return loadSplat(FLOATS);
}
/** erf(x) / x - 1 in x^2 on [0, 0.875]. Fit 2^-26.1 of erf. */
const ERF_SMALL: usize = memory.data<f32>(
  [-0.00060407212, 0.005002323072, -0.0267724283, 0.1128196493, -0.3761250675, 0.1283791512],
  16,
);

/** -log(erfc(x)) / x on [0.875, 4]. Fit 2^-28.2 of erf. */
const ERF_BIG: usize = memory.data<f32>(
  [-0.0002152296656, 0.003225153778, -0.02292245813, 0.1053121835, 0.6356803775, 1.128525496],
  16,
);

/**
 * erf(x) = 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x: x + x P(x^2) up to 0.875, and
 * 1 - erfc(x) above, where log erfc is smooth enough for a polynomial (the idea is N. Juffa's).
 * Error: 1.2 ulp.
 */
export function erf(x: Lanes): Lanes {
  const a = pmin(abs(x), FOUR()); // erf(4) rounds to 1
  const small = madd(poly5(mul(x, x), ERF_SMALL), x, x);
  const erfc = expNegative(neg(mul(a, poly5(a, ERF_BIG))));
  const big = or(sub(ONE(), erfc), and(x, SIGN()));
  return select(big, small, gt(a, ERF_SPLIT()));
}

/** Upper tail of a standard normal over s e^(-x^2 / 2), s = 1 / (1 + 0.3 x), x in [0, 11]. Fit 2^-26.1. */
const MILLS: usize = memory.data<f32>(
  [
    0.03467720747, -0.1520723552, 0.19558613, -0.04174690321, 0.1210327595, 0.1026054025,
    0.1202505529, 0.1196672097,
  ],
  16,
);

/**
 * Probability that a standard normal is below x. Its tail is `e^(-x^2 / 2)`, which the caller has (a
 * gradient needs it as well), times a function so flat that one polynomial in `1 / (1 + 0.3 |x|)` gives
 * it everywhere (Mills' ratio): no digit of it is lost where x is well below 0, and there is no second
 * branch. 0 below -10.95. Error: 1.7e-7 absolute, and 2.7e-6 relative below -5.
 *
 * @param bell  `expNegative(-x^2 / 2)`
 */
export function normalBelow(x: Lanes, bell: Lanes): Lanes {
  const s = div(ONE(), madd(abs(x), loadSplat(FLOATS + 4), ONE()));
  const tail = mul(bell, mul(s, poly7(s, MILLS)));
  return select(sub(ONE(), tail), tail, gt(x, splat(0)));
}
