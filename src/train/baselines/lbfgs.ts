/** A function to be made small: writes its gradient and returns its value. */
export type Objective = (w: Float64Array, gradient: Float64Array) => number;

export interface LbfgsResult {
  readonly w: Float64Array;
  readonly evaluations: number;
  /** Whether the largest element of the gradient fell below the tolerance. */
  readonly converged: boolean;
}

const MEMORY = 10;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const x of a) most = Math.max(most, x < 0 ? -x : x);
  return most;
}

/**
 * Limited-memory BFGS with a backtracking line search (halving until Armijo's condition holds), in float64.
 * Source: Nocedal & Wright 2006, algorithms 7.4 and 3.1.
 *
 * @param size         number of variables, which start at 0
 * @param evaluations  most calls of f
 */
export function lbfgs(
  f: Objective,
  size: number,
  evaluations: number,
  tolerance: number,
): LbfgsResult {
  let w: Float64Array = new Float64Array(size);
  let gradient: Float64Array = new Float64Array(size);
  let value = f(w, gradient);
  let used = 1;
  const history: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  const alphas = new Float64Array(MEMORY);

  while (used < evaluations && largest(gradient) > tolerance) {
    const direction = gradient.map((g) => -g);
    for (let i = history.length - 1; i >= 0; i--) {
      const { s, y, rho } = history[i]!;
      alphas[i] = rho * dot(s, direction);
      for (let j = 0; j < size; j++) direction[j]! -= alphas[i]! * y[j]!;
    }
    const last = history.at(-1);
    const scale = last
      ? 1 / (last.rho * dot(last.y, last.y))
      : 1 / Math.sqrt(dot(gradient, gradient));
    for (let j = 0; j < size; j++) direction[j]! *= scale;
    history.forEach(({ s, y, rho }, i) => {
      const correction = alphas[i]! - rho * dot(y, direction);
      for (let j = 0; j < size; j++) direction[j]! += correction * s[j]!;
    });

    const slope = dot(gradient, direction);
    const [next, nextGradient] = [new Float64Array(size), new Float64Array(size)];
    let [step, nextValue] = [1, Infinity];
    for (; used < evaluations && step > 1e-12; step /= 2) {
      for (let j = 0; j < size; j++) next[j] = w[j]! + step * direction[j]!;
      nextValue = f(next, nextGradient);
      used++;
      if (nextValue <= value + 1e-4 * step * slope) break;
    }
    if (!(nextValue < value)) break; // rounding or the budget ends it
    const s = next.map((x, j) => x - w[j]!);
    const y = nextGradient.map((g, j) => g - gradient[j]!);
    const curvature = dot(s, y);
    if (curvature > 1e-300) {
      if (history.length === MEMORY) history.shift();
      history.push({ s, y, rho: 1 / curvature });
    }
    [w, gradient, value] = [next, nextGradient, nextValue];
  }
  return { w, evaluations: used, converged: largest(gradient) <= tolerance };
}
