/**
 * Elementary functions of four f32 side by side. Every one is right at NaN, the infinities, both
 * zeros and denormals unless its comment says otherwise. Errors are in units of the last place of
 * f32, the largest that test/unit/math.test.ts meets in sweeps of all binades, in the simd and the
 * relaxed build.
 *
 * Constants are loaded from static tables, because V8 rebuilds a v128.const at every use
 * (docs/performance.md, 3). Polynomials are our own minimax fits, rounded to f32 one coefficient
 * after the other by scripts/minimax.py; their error is quoted as "fit 2^-k".
 */
export { erf, normalBelow } from "./math/erf";
export { exp, expNegative, expm1, sigmoid, sigmoidOf, tanh } from "./math/exp";
export { log, log1p, log2, logNormal } from "./math/log";
export { poly7 } from "./math/polynomial";
export { pow, rsqrt } from "./math/pow";
export { atQuadrant, cos, cosTurn, quarterTurns, sin, sinTurn, turnRemainder } from "./math/sin";
