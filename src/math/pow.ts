import { productError } from "./double.ts";
import { expPair } from "./exp.ts";
import { logPair } from "./log.ts";

const scratch = /* @__PURE__ */ new Float64Array(2);

/** Logarithms of the last bases, [base, log, rest of log] each: schedules raise the same few in every step. */
const known = /* @__PURE__ */ new Float64Array(3 * 8);
let next = 0;

/** Replaces the base in io[0] by its logarithm, io[0] + io[1]. */
function knownLog(io: Float64Array): void {
  const base = io[0]!;
  for (let i = 0; i < known.length; i += 3) {
    if (known[i] === base) {
      io[0] = known[i + 1]!;
      io[1] = known[i + 2]!;
      return;
    }
  }
  logPair(io);
  known[next] = base;
  known[next + 1] = io[0]!;
  known[next + 2] = io[1]!;
  next = (next + 3) % known.length;
}

/**
 * `x ** y`, the same bits in every engine: Node and Bun disagree in one `b ** t` of five. Error:
 * 0.8 ulp (measured; for beta^t of Adam at every t to 1e6 as well).
 *
 * e^(y log x), the logarithm and the product in double length. Special values are C99's, which are
 * those of JavaScript's `**` but for pow(1, NaN) and pow(+-1, +-Infinity): 1 here, NaN there.
 */
export function pow(x: number, y: number): number {
  scratch[0] = x;
  scratch[1] = y;
  raise(scratch);
  return scratch[0]!;
}

/**
 * Writes `io[0] ** io[1]` into io[0], as `pow` does: for what runs in every training step, because
 * numbers that are passed to a call, or returned, stay on the heap where V8 does not inline it.
 */
export function raise(io: Float64Array): void {
  const x = io[0]!;
  const y = io[1]!;
  if (y === 0 || x === 1) {
    io[0] = 1;
    return;
  }
  const a = Math.abs(x);
  const integer = Math.floor(y) === y;
  const odd = integer && Math.floor(y / 2) !== y / 2;
  const sign = odd && (x < 0 || Object.is(x, -0)) ? -1 : 1;
  if (x !== x || y !== y) io[0] = NaN;
  else if (a === 1 && integer) io[0] = sign;
  else if (a === 0 || a === Infinity) io[0] = sign * ((a === 0) === y > 0 ? 0 : Infinity);
  else if (x < 0 && !integer) io[0] = NaN;
  // |log a| >= 1.1e-16: past 1e20 the result is 0 or Infinity, and the product's error could
  // overflow.
  else if (Math.abs(y) > 1e20) io[0] = a > 1 === y > 0 ? Infinity : 0;
  else {
    io[0] = a;
    knownLog(io);
    const l = io[0]!;
    const p = y * l;
    io[1] = productError(y, l, p) + y * io[1]!;
    io[0] = p;
    expPair(io);
    io[0] = sign * io[0]!;
  }
}
