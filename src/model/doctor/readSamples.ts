import { OptionError } from "../../errors.ts";
import { allocate } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Description } from "../../train/data/described.ts";
import { type Samples, samplesFor } from "../data.ts";
import type { AnyModel } from "../model.ts";

/** Samples that were read, of how many in a batch. */
export interface ReadSamples {
  readonly samples: Samples;
  readonly batchSize: number;
  /** Whether classes are as frequent in them as in all: all were read, or the dataset shuffles. */
  readonly typical: boolean;
}

/** Rows of several tensors as one, at most `rows` of them. */
function joined(parts: readonly Tensor[], rows: number): Tensor {
  const { shape, dtype } = parts[0]!;
  const width = shape.slice(1).reduce((a, b) => a * b, 1);
  const data = allocate(dtype, rows * width);
  let at = 0;
  for (const part of parts) {
    const taken = part.data.subarray(0, Math.min(part.size, data.length - at));
    data.set(taken, at);
    at += taken.length;
  }
  return new Tensor(data, [rows, ...shape.slice(1)], dtype);
}

/**
 * The first samples of a dataset, in the order of its first epoch.
 *
 * @param batchSize  null where it was not given: the dataset's own, or 32
 * @throws OptionError where the dataset has batches and a size was given as well
 */
export async function readSamples(
  subject: string,
  model: AnyModel,
  { stage }: Description,
  batchSize: number | null,
  rows: number,
): Promise<ReadSamples> {
  if (stage.batching && batchSize !== null)
    throw new OptionError(`${subject}: the dataset has batches already; leave out batchSize`);
  const { batchStage } = await import("../../train/data/batch.ts");
  const size = stage.batching?.size ?? batchSize ?? 32;
  const { open, name } = stage.batching ? stage : batchStage(stage, size, false);
  const read: Samples[] = [];
  let [count, ended] = [0, false];
  const elements = open(0, 0);
  try {
    while (count < rows) {
      const { done, value } = await elements.next();
      if (done) {
        ended = true;
        break;
      }
      const { x, y, sampleWeight } = value;
      const samples = samplesFor(`${subject}: ${name}`, model, x, y, sampleWeight);
      read.push(samples);
      count += samples.rows;
    }
  } finally {
    await elements.return(undefined);
  }
  const taken = Math.min(count, rows);
  const [first] = read;
  const column = (of: (samples: Samples) => Tensor): Tensor => joined(read.map(of), taken);
  return {
    samples: {
      x: first?.x.map((_, i) => column((s) => s.x[i]!)) ?? [],
      y: first?.y.map((_, i) => column((s) => s.y[i]!)) ?? [],
      weight: first?.weight ? column((s) => s.weight!) : null,
      rows: taken,
    },
    batchSize: size,
    typical: ended || stage.seed !== null,
  };
}
