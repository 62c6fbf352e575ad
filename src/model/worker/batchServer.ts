import type { Tensor } from "../../tensor/tensor.ts";
import type { Description } from "../../train/data/described.ts";
import type { Sample } from "../../train/data/sample.ts";
import type { Stage } from "../../train/data/stage.ts";
import type { Handlers } from "../../runtime/peer.ts";
import { type DatasetOptions, batched } from "../datasetFeed.ts";
import type { FarDataset, PackedBatch } from "./farDataset.ts";
import { pack, parcelOf } from "./parcel.ts";

/** One pass over a dataset: the batch after the one that was asked for is already being read. */
class Pass {
  private readonly elements: AsyncGenerator<Sample>;
  private ahead: Promise<IteratorResult<Sample, unknown>>;

  constructor(elements: AsyncGenerator<Sample>) {
    this.elements = elements;
    this.ahead = this.read();
  }

  private read(): Promise<IteratorResult<Sample, unknown>> {
    const next = this.elements.next();
    next.catch(() => {}); // it is thrown where it is asked for
    return next;
  }

  async next(): Promise<PackedBatch> {
    const { done, value } = await this.ahead;
    if (done) return null;
    this.ahead = this.read();
    const tensors: Tensor[] = [];
    const sample = pack(value, tensors);
    return { sample, tensors: tensors.map(parcelOf) };
  }

  async close(): Promise<void> {
    await this.elements.return(undefined);
  }
}

/** The caller's side of datasets: a worker asks for their batches. Functions in a dataset run where they were made. */
export class BatchServer {
  private readonly stages: Stage[] = [];
  private readonly passes = new Map<number, Pass>();
  private next = 0;

  readonly handlers: Handlers = {
    openPass: ({ stage, epoch, from }: { stage: number; epoch: number; from: number }) => {
      this.passes.set(this.next, new Pass(this.stages[stage]!.open(epoch, from)));
      return this.next++;
    },
    nextBatch: (pass: number) => this.passes.get(pass)!.next(),
    closePass: async (pass: number) => {
      await this.passes.get(pass)?.close();
      this.passes.delete(pass);
    },
  };

  /** What the worker is told of a dataset. @throws OptionError as `fit` does */
  add(
    description: Description,
    subject: string,
    batchSize: DatasetOptions["batchSize"],
  ): FarDataset {
    const stage = batched(description, { subject, batchSize });
    const { size, samples } = stage.batching!;
    return {
      stage: this.stages.push(stage) - 1,
      name: stage.name,
      size: stage.size,
      seed: stage.seed,
      batching: { size, samples },
    };
  }

  /** Forgets the datasets, and closes what the worker has left open. */
  async close(): Promise<void> {
    const passes = [...this.passes.values()];
    this.passes.clear();
    this.stages.length = 0;
    for (const pass of passes) await pass.close();
  }
}
