import { arraysOf, rowOf } from "./arrays.ts";
import type { Sample } from "./sample.ts";
import type { Batching, Stage } from "./stage.ts";

/** The samples of batches, one after the other. */
export function unbatchStage(inner: Stage, { size, samples }: Batching): Stage {
  return {
    ...inner,
    name: "unbatch",
    size: samples,
    rows: null,
    batching: null,
    async *open(epoch, from): AsyncGenerator<Sample> {
      let row = from % size;
      for await (const batch of inner.open(epoch, Math.floor(from / size))) {
        const arrays = arraysOf("unbatch", batch);
        for (; row < arrays.rows; row++) yield rowOf(arrays, row);
        row = 0;
      }
    },
  };
}
