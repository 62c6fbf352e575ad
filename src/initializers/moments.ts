/** Options of the normal initializers. */
export interface MomentOptions {
  /** Default 0. */
  mean: number;
  /** Standard deviation, >= 0. Default 0.05. */
  stddev: number;
}

/** @throws RangeError for a mean that is not finite, or a negative standard deviation */
export function checkMoments(subject: string, { mean, stddev }: MomentOptions): void {
  if (!Number.isFinite(mean))
    throw new RangeError(`${subject}: mean must be finite, got ${String(mean)}`);
  if (!(stddev >= 0 && stddev < Infinity))
    throw new RangeError(`${subject}: stddev must be >= 0, got ${String(stddev)}`);
}
