/** A function of several variables at a point: its value, and its gradient as a new array. */
export type Evaluate = (x: Float64Array) => Promise<{ value: number; gradient: Float64Array }>;

/** A point of a line search: how far, the value there, the gradient, and the slope along the line. */
export interface LinePoint {
  readonly t: number;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly slope: number;
}

/** Sufficient decrease and curvature, and how often to look. */
const [C1, C2, MOST] = [1e-4, 0.9, 25];

/** The inner product of two vectors. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The largest magnitude of a vector. */
export function largest(a: Float64Array): number {
  let most = 0;
  for (const x of a) most = Math.max(most, Math.abs(x));
  return most;
}

/** Where the cubic through two points and their slopes is least, within bounds; their middle where there is none. */
function cubicMinimum(a: LinePoint, b: LinePoint, bounds?: readonly [number, number]): number {
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const [low, high] = bounds ?? [left.t, right.t];
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const part = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  return Math.min(Math.max(right.t - (right.t - left.t) * part, low), high);
}

/**
 * A step along a direction that satisfies the strong Wolfe conditions, or the best that was found.
 *
 * Source: Nocedal & Wright 2006, algorithms 3.5 and 3.6; the choices of torch.optim.LBFGS.
 *
 * @param start      the point that the line leaves, t = 0
 * @param first      the first step to try
 * @param length     largest magnitude of the direction
 * @param tolerance  smallest bracket, times `length`
 */
export async function strongWolfe(
  evaluate: (t: number) => Promise<LinePoint>,
  start: LinePoint,
  first: number,
  length: number,
  tolerance: number,
): Promise<{ point: LinePoint; evaluations: number }> {
  const tooHigh = (p: LinePoint): boolean => p.value > start.value + C1 * p.t * start.slope;
  const isFlat = (p: LinePoint): boolean => Math.abs(p.slope) <= -C2 * start.slope;
  let before = start;
  let point = await evaluate(first);
  let tries = 0;
  let bracket: [LinePoint, LinePoint] | null = null;
  for (; tries < MOST; tries++) {
    if (tooHigh(point) || (tries > 1 && point.value >= before.value)) bracket = [before, point];
    else if (isFlat(point)) return { point, evaluations: tries + 1 };
    else if (point.slope >= 0) bracket = [before, point];
    if (bracket) break;
    const bounds = [point.t + 0.01 * (point.t - before.t), point.t * 10] as const;
    const t = cubicMinimum(before, point, bounds);
    before = point;
    point = await evaluate(t);
  }
  const ends = bracket ?? [start, point];
  let [low, high] = ends[0].value <= ends[1].value ? ends : [ends[1], ends[0]];
  let slow = false;
  while (tries < MOST && Math.abs(high.t - low.t) * length >= tolerance) {
    const [least, most] = low.t <= high.t ? [low.t, high.t] : [high.t, low.t];
    let t = cubicMinimum(low, high);
    // A step that hardly leaves an end is taken once; a second one goes a tenth of the bracket inwards.
    const margin = 0.1 * (most - least);
    const near = Math.min(most - t, t - least) < margin;
    if (near && (slow || t >= most || t <= least)) {
      t = Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin;
      slow = false;
    } else slow = near;
    point = await evaluate(t);
    tries++;
    if (tooHigh(point) || point.value >= low.value) {
      high = point;
      if (high.value < low.value) [low, high] = [high, low];
      continue;
    }
    const done = isFlat(point);
    if (!done && point.slope * (high.t - low.t) >= 0) high = low;
    low = point;
    if (done) break;
  }
  return { point: low, evaluations: tries + 1 };
}
