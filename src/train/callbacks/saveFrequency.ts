/** How often something is saved: at the end of each epoch, or after so many batches. */
export type SaveFrequency = "epoch" | number;

/** @throws RangeError unless it is "epoch" or a whole number >= 1 */
export function checkFrequency(subject: string, frequency: SaveFrequency): void {
  if (frequency === "epoch" || (Number.isSafeInteger(frequency) && frequency >= 1)) return;
  throw new RangeError(
    `${subject}: saveFreq must be "epoch" or a number of batches >= 1, got ${String(frequency)}`,
  );
}
