/** Polynomials by Horner's rule: f32 coefficients lie at `c`, the highest power first. */
import { Lanes, loadSplat, madd } from "../lanes";

/** c0 x^2 + c1 x + c2: f32 coefficients at `c`, the highest power first. */
export function poly2(x: Lanes, c: usize): Lanes {
  return madd(madd(loadSplat(c), x, loadSplat(c + 4)), x, loadSplat(c + 8));
}
export function poly3(x: Lanes, c: usize): Lanes {
  return madd(poly2(x, c), x, loadSplat(c + 12));
}
export function poly4(x: Lanes, c: usize): Lanes {
  return madd(poly3(x, c), x, loadSplat(c + 16));
}
export function poly5(x: Lanes, c: usize): Lanes {
  return madd(poly4(x, c), x, loadSplat(c + 20));
}

/** c0 x^7 + ... + c7: f32 coefficients at `c`, the highest power first. */
export function poly7(x: Lanes, c: usize): Lanes {
  return madd(madd(poly5(x, c), x, loadSplat(c + 24)), x, loadSplat(c + 28));
}
