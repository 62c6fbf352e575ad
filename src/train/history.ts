/** What `fit` returns: one number an epoch for each name, as Keras has it. */
export class History {
  /** Epochs that were finished, from 0. */
  readonly epoch: number[] = [];
  /** `loss`, `val_loss`, `accuracy`, `val_accuracy`, `learning_rate`, ... */
  readonly history: Record<string, number[]> = {};
  /** Seconds that each epoch took. */
  readonly seconds: number[] = [];

  /** What was done otherwise than asked, a sentence each: a batch size that was clamped. */
  readonly notices: string[] = [];

  /** Appends the results of one epoch. */
  push(epoch: number, results: Readonly<Record<string, number>>, seconds: number): void {
    this.epoch.push(epoch);
    this.seconds.push(seconds);
    for (const [name, value] of Object.entries(results)) (this.history[name] ??= []).push(value);
  }

  /** The last value of a name, or NaN. */
  last(name: string): number {
    return this.history[name]?.at(-1) ?? Number.NaN;
  }
}
