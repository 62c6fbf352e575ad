/** How far predictions of numbers are off, in the target's unit. */
export interface RegressionScores {
  readonly rmse: number;
  readonly mae: number;
  /** Share of the test targets' variance that is explained; 0 for a constant target that is missed. */
  readonly r2: number;
}

/** Scores of predictions, in float64. Both arrays hold one value a row, one row or more. */
export function regressionScores(
  y: ArrayLike<number>,
  predicted: ArrayLike<number>,
): RegressionScores {
  const n = y.length;
  let [sum, squares, distances, spread] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) sum += y[i]!;
  const mean = sum / n;
  for (let i = 0; i < n; i++) {
    const error = y[i]! - predicted[i]!;
    squares += error * error;
    distances += error < 0 ? -error : error;
    spread += (y[i]! - mean) * (y[i]! - mean);
  }
  const r2 = spread > 0 ? 1 - squares / spread : squares === 0 ? 1 : 0;
  return { rmse: Math.sqrt(squares / n), mae: distances / n, r2 };
}

/** Share of rows whose class is predicted. */
export function accuracyOf(y: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < y.length; i++) if (y[i] === predicted[i]) right++;
  return right / y.length;
}
