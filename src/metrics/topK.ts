/** Options of the top-k accuracies. */
export interface TopKOptions {
  /** How many of the largest outputs count, >= 1. Default 5. */
  k: number;
}

/** @throws RangeError where k is no number of outputs */
export function checkTopK(subject: string, { k }: TopKOptions): void {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`${subject}: k must be a whole number >= 1, got ${String(k)}`);
}
