import type { Model } from "../model/model.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Callback, Logs } from "../train/callbacks.ts";

/** Keeps the weights of the epoch with the lowest validation loss. */
export class KeepBest implements Callback {
  /** The best epoch, from 1; 0 before the first. */
  epoch = 0;
  private readonly model: Model;
  private readonly patience: number;
  private readonly stop: () => void;
  private lowest = Infinity;
  private values: ReadonlyMap<string, Float32Array> = new Map();

  /**
   * @param patience  epochs without a lower loss after which `stop` is called
   */
  constructor(model: Model, patience: number, stop: () => void) {
    this.model = model;
    this.patience = patience;
    this.stop = stop;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const loss = logs["val_loss"]!;
    if (loss < this.lowest) {
      this.lowest = loss;
      this.epoch = epoch + 1;
      const { memory } = await this.model.runner();
      this.values = memory.snapshot({ values: new Map(), slots: new Map() }).values;
    } else if (epoch + 1 - this.epoch >= this.patience) this.stop();
  }

  /** Puts the kept weights back. */
  restore(): void {
    if (this.epoch === 0) return;
    this.model.setWeights(
      this.model.variables.map(
        (v) => new Tensor(Float32Array.from(this.values.get(v.name)!), v.spec.shape, "float32"),
      ),
    );
  }
}
