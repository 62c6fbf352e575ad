import { type Rows, type Stage, rowsStage } from "./stage.ts";

function sliced(rows: Rows, begin: number, end: number): Rows {
  return {
    ...rows,
    count: end - begin,
    order: (epoch) =>
      rows.order(epoch)?.subarray(begin, end) ??
      (begin === 0 ? null : Int32Array.from({ length: end - begin }, (_, i) => begin + i)),
  };
}

/** Elements [begin, end) of another stage. */
export function sliceStage(inner: Stage, name: string, begin: number, end: number): Stage {
  const most = inner.size ?? Infinity;
  const [first, last] = [Math.min(begin, most), Math.min(end, most)];
  if (inner.rows) return rowsStage(name, sliced(inner.rows, first, last), inner.seed);
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
