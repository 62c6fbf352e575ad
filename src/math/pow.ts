import { productError } from "./double.ts";
import { expSum } from "./exp.ts";
import { logPair } from "./log.ts";

const scratch = /* @__PURE__ */ new Float64Array(2);

/**
 * `x ** y`, the same bits in every engine: Node and Bun disagree in one `b ** t` of five. Error:
 * 0.8 ulp (measured; for beta^t of Adam at every t to 1e6 as well).
 *
 * e^(y log x), the logarithm and the product in double length. Special values are C99's, which are
 * those of JavaScript's `**` but for pow(1, NaN) and pow(+-1, +-Infinity): 1 here, NaN there.
 */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (x !== x || y !== y) return NaN;
  const a = Math.abs(x);
  const integer = Math.floor(y) === y;
  const odd = integer && Math.floor(y / 2) !== y / 2;
  const sign = odd && (x < 0 || Object.is(x, -0)) ? -1 : 1;
  if (a === 1 && integer) return sign;
  if (a === 0 || a === Infinity) return sign * ((a === 0) === y > 0 ? 0 : Infinity);
  if (x < 0 && !integer) return NaN;
  // |log a| >= 1.1e-16: past 1e20 the result is 0 or Infinity, and the product's error could
  // overflow.
  if (Math.abs(y) > 1e20) return a > 1 === y > 0 ? Infinity : 0;
  logPair(a, scratch);
  const l = scratch[0]!;
  const p = y * l;
  return sign * expSum(p, productError(y, l, p) + y * scratch[1]!);
}
