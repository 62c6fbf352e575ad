// What happens at a cap on memory. It runs in a process of its own, as the cap is that of the engine; see robust.test.ts.
import { type Model, adam, dense, init, sequential, tensor } from "../../src/index.ts";
import { regionsOf } from "../../src/memory/regions.ts";

const CAP = 2 ** 21;

function make(units: number): Model {
  const model = sequential([
    dense({ units, activation: "relu", inputShape: [8] }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: adam(), loss: "sparseCategoricalCrossentropy" });
  return model as Model;
}

const zeros = (rows: number): ReturnType<typeof tensor> =>
  tensor(new Float32Array(8 * rows), [rows, 8]);
const rowsOf = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, i) => i % 2);
const file = (model: Model): string => model.toBytes().join();

async function failure(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => "it did not fail",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

export async function main(): Promise<void> {
  const engine = await init({ maximumMemory: CAP });
  const regions = regionsOf(engine);
  const small = make(16);
  const twin = make(16);
  await small.fit(zeros(10), rowsOf(10));
  await twin.fit(zeros(10), rowsOf(10));
  twin.release();
  const before = [file(small), regions.used];
  const told: Record<string, unknown> = {};
  told["model"] = await failure(make(2 ** 15).fit(zeros(10), rowsOf(10)));
  told["data"] = await failure(small.fit(zeros(60_000), rowsOf(60_000)));
  told["batch"] = await failure(small.fit(zeros(16_000), rowsOf(16_000), { batchSize: "all" }));
  told["predict"] = await failure(small.predict(zeros(70_000)));
  told["evaluate"] = await failure(small.evaluate(zeros(70_000), rowsOf(70_000)));
  told["worker"] = await failure(make(2 ** 15).fit(zeros(10), rowsOf(10), { worker: true }));
  told["kept"] = file(small) === before[0];
  told["used"] = regions.used <= (before[1] as number);
  // Everything between what fits with ease and what does not by far, in memory that has gaps.
  let trials = 0;
  for (let units = 512; units < 2 ** 15; units = Math.ceil(units * 1.15)) {
    for (const batchSize of [32, "all"] as const) {
      const model = make(units);
      const rows = 100 + (units % 700);
      await model.fit(zeros(rows), rowsOf(rows), { batchSize }).catch((error: Error) => {
        if (error.name !== "MemoryError") throw error;
      });
      await model.predict(zeros(rows), { batchSize }).catch((error: Error) => {
        if (error.name !== "MemoryError") throw error;
      });
      model.release();
      trials++;
    }
  }
  told["trials"] = trials;
  told["used"] = told["used"] === true && regions.used <= (before[1] as number);
  await small.fit(zeros(10), rowsOf(10), { epochs: 2 });
  await twin.fit(zeros(10), rowsOf(10), { epochs: 2 });
  told["same"] = file(small) === file(twin);
  console.log(JSON.stringify(told));
}
