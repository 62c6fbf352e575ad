import type { Model } from "../model/model.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Callback, Logs } from "../train/callbacks.ts";

/** Keeps the weights of the epoch with the lowest validation loss. */
export class KeepBest implements Callback {
  /** The best epoch, from 1; 0 before the first. */
  epoch = 0;
  private readonly model: Model;
  private readonly patience: number;
  private readonly stop: () => void;
  private lowest = Infinity;
  private weights: readonly Tensor[] = [];

  /**
   * @param patience  epochs without a lower loss after which `stop` is called
   */
  constructor(model: Model, patience: number, stop: () => void) {
    this.model = model;
    this.patience = patience;
    this.stop = stop;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const loss = logs["val_loss"]!;
    if (loss < this.lowest) {
      this.lowest = loss;
      this.epoch = epoch + 1;
      this.weights = this.model.getWeights();
    } else if (epoch + 1 - this.epoch >= this.patience) this.stop();
  }

  /** Puts the kept weights back. */
  restore(): void {
    if (this.epoch > 0) this.model.setWeights(this.weights);
  }
}
