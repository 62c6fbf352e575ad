import { Random } from "../../math/random.ts";
import type { Sample } from "./sample.ts";
import { SHUFFLE_STREAM } from "./shuffleStream.ts";
import { type Rows, type Stage, rowsStage } from "./stage.ts";

/** Rows in an order that is drawn anew, and alone from the seed, in each epoch. */
function permuted(rows: Rows, seed: number): Rows {
  return {
    ...rows,
    order(epoch) {
      const order =
        rows.order(epoch)?.slice() ?? Int32Array.from({ length: rows.count }, (_, i) => i);
      return new Random(seed, SHUFFLE_STREAM + epoch).shuffle(order);
    },
  };
}

/** Elements of a stream, each drawn from the next `buffer` that are there. */
async function* window(
  inner: AsyncGenerator<Sample>,
  random: Random,
  buffer: number,
): AsyncGenerator<Sample> {
  const held: Sample[] = [];
  for await (const sample of inner) {
    if (held.length < buffer) {
      held.push(sample);
      continue;
    }
    const i = random.integer(buffer);
    const out = held[i]!;
    held[i] = sample;
    yield out;
  }
  while (held.length > 0) {
    const i = random.integer(held.length);
    const out = held[i]!;
    held[i] = held.at(-1)!;
    held.pop();
    yield out;
  }
}

/** Another order in each epoch: of all rows where there is random access, else within a moving window. */
export function shuffleStage(inner: Stage, seed: number, buffer: number): Stage {
  if (inner.rows) return rowsStage("shuffle", permuted(inner.rows, seed), seed);
  return {
    ...inner,
    name: "shuffle",
    seed,
    // What is in the window depends on all that came before: a later position is reached by replaying.
    async *open(epoch, from) {
      const random = new Random(seed, SHUFFLE_STREAM + epoch);
      let at = 0;
      for await (const sample of window(inner.open(epoch, 0), random, buffer))
        if (at++ >= from) yield sample;
    },
  };
}
