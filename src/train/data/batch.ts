import { gatherRows, stack } from "./arrays.ts";
import type { Sample } from "./sample.ts";
import type { Rows, Stage } from "./stage.ts";

/** Batches of rows that can be had in any order: copied from arrays, or asked for all at once. */
async function* ofRows(
  rows: Rows,
  name: string,
  size: number,
  samples: number,
  epoch: number,
  from: number,
): AsyncGenerator<Sample> {
  const order = rows.order(epoch);
  for (let at = from * size; at < samples; at += size) {
    const count = Math.min(size, samples - at);
    if (rows.arrays) yield gatherRows(rows.arrays, order, at, count);
    else {
      const parts = Array.from({ length: count }, (_, i) =>
        rows.row(order ? order[at + i]! : at + i, epoch),
      );
      yield stack(name, await Promise.all(parts), at);
    }
  }
}

async function* ofStream(
  inner: Stage,
  size: number,
  dropRemainder: boolean,
  epoch: number,
  from: number,
): AsyncGenerator<Sample> {
  let at = from * size;
  let held: Sample[] = [];
  for await (const sample of inner.open(epoch, at)) {
    held.push(sample);
    if (held.length < size) continue;
    yield stack(inner.name, held, at);
    at += size;
    held = [];
  }
  if (held.length > 0 && !dropRemainder) yield stack(inner.name, held, at);
}

/** Samples put together in batches; the last one of an epoch may be smaller. */
export function batchStage(inner: Stage, size: number, dropRemainder: boolean): Stage {
  const { rows } = inner;
  const all = inner.size;
  const samples = all === null ? null : dropRemainder ? all - (all % size) : all;
  return {
    name: "batch",
    size: samples === null ? null : Math.ceil(samples / size),
    seed: inner.seed,
    rows: null,
    batching: { size, rows, samples },
    open: (epoch, from) =>
      rows
        ? ofRows(rows, inner.name, size, samples!, epoch, from)
        : ofStream(inner, size, dropRemainder, epoch, from),
  };
}
