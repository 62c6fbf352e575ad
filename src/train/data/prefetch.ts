import type { Sample } from "./sample.ts";
import type { Stage } from "./stage.ts";

/**
 * Elements that are asked for before they are needed: reading and decoding that waits goes on while a
 * training step's result is used. A fault is thrown where its element would have come.
 */
export function prefetchStage(inner: Stage, ahead: number): Stage {
  return {
    ...inner,
    name: inner.name,
    async *open(epoch, from) {
      const source = inner.open(epoch, from);
      const asked: Promise<IteratorResult<Sample>>[] = [];
      const ask = (): void => {
        const next = source.next();
        next.catch(() => {}); // it is awaited later, or never if the reader stops
        asked.push(next);
      };
      try {
        for (let i = 0; i <= ahead; i++) ask();
        for (;;) {
          const result = await asked.shift()!;
          if (result.done) return;
          ask();
          yield result.value;
        }
      } finally {
        await source.return(undefined);
      }
    },
  };
}
