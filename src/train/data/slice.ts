import { rowsOf } from "../arrays.ts";
import { type Rows, type Stage, rowsStage } from "./stage.ts";

/** Rows [begin, end), counted from 0; of arrays without copying. */
function sliced(rows: Rows, begin: number, end: number): Rows {
  const { arrays } = rows;
  const count = end - begin;
  return {
    count,
    order: () => null,
    row: (row, epoch) => rows.row(begin + row, epoch),
    arrays: arrays && {
      ...arrays,
      tensors: arrays.tensors.map((t) => rowsOf(t, begin, end)),
      rows: count,
    },
  };
}

/** A part of an order that is another one in each epoch: which rows it holds changes with it. */
function orderSliced(rows: Rows, begin: number, end: number): Rows {
  return { ...rows, count: end - begin, order: (epoch) => rows.order(epoch)!.subarray(begin, end) };
}

/** Elements [begin, end) of another stage. */
export function sliceStage(inner: Stage, name: string, begin: number, end: number): Stage {
  const most = inner.size ?? Infinity;
  const [first, last] = [Math.min(begin, most), Math.min(end, most)];
  if (inner.rows) {
    const cut = inner.seed === null ? sliced : orderSliced;
    return rowsStage(name, cut(inner.rows, first, last), inner.seed);
  }
  const { batching } = inner;
  return {
    ...inner,
    name,
    size: inner.size === null ? null : last - first,
    batching: batching && { size: batching.size, rows: null, samples: null },
    async *open(epoch, from) {
      let at = first + from;
      if (at >= last) return;
      for await (const sample of inner.open(epoch, at)) {
        yield sample;
        if (++at >= last) return;
      }
    },
  };
}
