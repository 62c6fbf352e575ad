import { DataError } from "../../errors.ts";
import { type Sample, type SampleLike, sampleOf } from "./sample.ts";
import { type Stage, rowsStage } from "./stage.ts";

/** Where an element of `map` is: what random augmentation is drawn from. */
export interface Place {
  /** From 0. */
  readonly epoch: number;
  /** The sample's number in the dataset that is mapped, before a shuffle; its position in a stream. */
  readonly index: number;
}

/** What `map` takes. */
export type MapFunction = (sample: Sample, place: Place) => SampleLike | Promise<SampleLike>;

async function applied(
  fn: MapFunction,
  sample: Sample | Promise<Sample>,
  place: Place,
): Promise<Sample> {
  const given = await sample;
  let made: SampleLike;
  try {
    made = await fn(given, place);
  } catch (error) {
    throw new DataError(
      `map: the function threw at element ${place.index} of epoch ${place.epoch + 1}: ${String(error)}`,
      { cause: error },
    );
  }
  return sampleOf(`map: the function's result for element ${place.index}`, made);
}

/** Each element through a function, anew in each epoch. */
export function mapStage(inner: Stage, fn: MapFunction): Stage {
  const { rows } = inner;
  if (rows) {
    const row = (index: number, epoch: number): Promise<Sample> =>
      applied(fn, rows.row(index, epoch), { epoch, index });
    return rowsStage("map", { ...rows, arrays: null, row }, inner.seed);
  }
  const { batching } = inner;
  return {
    ...inner,
    name: "map",
    batching: batching && { ...batching, rows: null },
    async *open(epoch, from) {
      let index = from;
      for await (const sample of inner.open(epoch, from))
        yield await applied(fn, sample, { epoch, index: index++ });
    },
  };
}
