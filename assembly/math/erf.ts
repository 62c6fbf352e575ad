import { FOUR, HALF, ONE, SIGN } from "../constants";
import {
  Lanes,
  abs,
  and,
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
import { poly5, poly8 } from "./polynomial";
import { expNegative } from "./exp";

const FLOATS: usize = memory.data<f32>(
  [
    0.875, // 0
    0.7071067811865476, // 4: sqrt(1/2)
    7.75, // 8
  ],
  16,
);

/** Where erf goes over from its polynomial to 1 - erfc. */
function ERF_SPLIT(): Lanes {
  return loadSplat(FLOATS);
}
function SQRT_HALF(): Lanes {
  return loadSplat(FLOATS + 4);
}
/** erfc(7.75) = 6e-28 is below what `expNegative` flushes to 0. */
function ERFC_MAX(): Lanes {
  return loadSplat(FLOATS + 8);
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

/** -log(erfc(x)) / x on [0.875, 7.75]. Fit 2^-25.6 of erf and 7e-6 of erfc. */
const ERFC: usize = memory.data<f32>(
  [
    4.887923666e-8, -2.255183063e-6, 4.621282278e-5, -0.00055842445, 0.004470895976, -0.02539946511,
    0.1080633849, 0.6340815425, 1.128903508,
  ],
  16,
);

/**
 * Probability that a standard normal is below x, `(1 + erf(x / sqrt 2)) / 2`, but from erfc where x
 * is well below 0: 1 + erf would leave no digit of it from -5 on. 0 below -10.8. Error: 4e-8
 * absolute below 0 and 1.6e-5 relative in the tail, 1.5e-7 above.
 */
export function normalBelow(x: Lanes): Lanes {
  const u = mul(x, SQRT_HALF());
  const t = pmin(abs(u), ERFC_MAX());
  const small = madd(mul(poly5(mul(u, u), ERF_SMALL), u), HALF(), madd(u, HALF(), HALF()));
  const tail = mul(expNegative(neg(mul(t, poly8(t, ERFC)))), HALF());
  const big = select(sub(ONE(), tail), tail, gt(x, splat(0)));
  return select(big, small, gt(t, ERF_SPLIT()));
}
