/**
 * The bits of a float64. Every runtime that has WebAssembly SIMD is little-endian: word 1 is the
 * high one.
 */
const value = /* @__PURE__ */ new Float64Array(1);
const words = /* @__PURE__ */ new Uint32Array(value.buffer);

/** Sign, exponent and the upper 20 bits of the fraction, as an unsigned 32-bit integer. */
export function highWord(x: number): number {
  value[0] = x;
  return words[1]!;
}

/** `x` with another high word. */
export function withHighWord(x: number, high: number): number {
  value[0] = x;
  words[1] = high;
  return value[0];
}

/** `2 ** n` for -1022 <= n <= 1023, exactly. */
export function powerOfTwo(n: number): number {
  words[0] = 0;
  words[1] = (n + 1023) << 20;
  return value[0]!;
}

/** `x 2 ** n`, rounded once, for |n| < 2000: through overflow and denormals. */
export function scale(x: number, n: number): number {
  if (n > 1023) return x * powerOfTwo(1023) * powerOfTwo(Math.min(n - 1023, 1023));
  if (n >= -1022) return x * powerOfTwo(n);
  // Normal as long as possible, so that only the last product rounds.
  return x * powerOfTwo(Math.max(n + 969, -1022)) * powerOfTwo(-969);
}
