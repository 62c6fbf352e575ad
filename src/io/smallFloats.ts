const word = /* @__PURE__ */ new Uint32Array(1);
const real = /* @__PURE__ */ new Float32Array(word.buffer);

function fromBits(bits: number): number {
  word[0] = bits;
  return real[0]!;
}

/** Value of IEEE binary16 bits: 1 sign, 5 exponent (bias 15), 10 fraction. Exact. */
export function float16(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fromBits(sign | 0x7f800000 | (fraction << 13));
  if (exponent > 0) return fromBits(sign | ((exponent + 112) << 23) | (fraction << 13));
  return (sign === 0 ? 1 : -1) * fraction * 5.960464477539063e-8; // 2^-24
}

/** Value of bfloat16 bits: the upper half of a float32. Exact. */
export function bfloat16(bits: number): number {
  return fromBits(bits << 16);
}

/** Value of float8 E5M2 bits: the upper half of a binary16. Exact. */
export function float8E5M2(bits: number): number {
  return float16(bits << 8);
}

/**
 * Value of float8 E4M3 (the "fn" form) bits: 1 sign, 4 exponent (bias 7), 3 fraction; no infinities, all ones is NaN.
 * Source: Micikevicius et al. 2022, table 1 (arXiv:2209.05433).
 */
export function float8E4M3(bits: number): number {
  const sign = (bits & 0x80) << 24;
  const exponent = (bits >> 3) & 15;
  const fraction = bits & 7;
  if (exponent === 15 && fraction === 7) return NaN;
  if (exponent > 0) return fromBits(sign | ((exponent + 120) << 23) | (fraction << 20));
  return (sign === 0 ? 1 : -1) * fraction * 0.001953125; // 2^-9
}
