import type { Plan } from "../plan/plan.ts";
import { allocate, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Description } from "../train/data/described.ts";
import { inputsFor } from "./data.ts";
import { datasetSource } from "./datasetFeed.ts";
import type { Feed } from "./feed.ts";
import type { AnyModel } from "./model.ts";
import { ResidentData } from "./resident.ts";
import type { Running } from "./runOptions.ts";

/** The outputs for a dataset, one batch after the other, copied out of linear memory. */
export async function predictDataset(
  model: AnyModel,
  description: Description,
  batchSize: number | "all" | undefined,
  { turns, start }: Running,
): Promise<Tensor[]> {
  const source = await datasetSource(description, {
    subject: "predict",
    batchSize,
    resident: false,
    checked: (where, { x }) => {
      const inputs = inputsFor(where, model, x);
      return { x: inputs, y: [], weight: null, rows: inputs[0]!.shape[0]! };
    },
  });
  let [data, feed]: [ResidentData | null, Feed | null] = [null, null];
  let letGo: (() => void) | null = null;
  try {
    const engine = await start(model);
    const runner = model.runnerOn(engine);
    letGo = runner.hold();
    data = new ResidentData(runner.engine);
    feed = source.place(data, false);
    feed.begin(0);
    const { outputs } = model.topology;
    const parts: Uint8Array[][] = outputs.map(() => []);
    let rows = 0;
    for (;;) {
      const count = await feed.next();
      if (count === 0) break;
      const loading = runner.prepare([["predict", count]], feed.dtypes);
      if (loading) await loading;
      let plan: Plan;
      for (let lost: Promise<void> | null; ; await lost) {
        runner.memory.fetch();
        plan = runner.plan("predict", count, feed.dtypes);
        runner.bind(plan, feed.source, feed.order);
        plan.setUint("cursor", feed.cursor);
        lost = plan.attempt();
        if (!lost) break;
      }
      outputs.forEach(({ shape }, i) => {
        const at = plan.output(`y${i}`);
        parts[i]!.push(runner.engine.u8.slice(at, at + 4 * sizeOf(shape) * count));
      });
      rows += count;
      if (turns.due()) await turns.take();
    }
    return outputs.map(({ shape, dtype }, i) => {
      const out = allocate(dtype, rows * sizeOf(shape));
      let at = 0;
      for (const part of parts[i]!) {
        new Uint8Array(out.buffer).set(part, at);
        at += part.length;
      }
      return new Tensor(out, [rows, ...shape], dtype);
    });
  } finally {
    data?.free();
    letGo?.();
    await (feed ?? source).end();
  }
}
