import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../src/math/random.ts";
import { received, shared } from "../../src/tune/parallel/sharedData.ts";
import { medianPruner } from "../../src/tune/pruners/percentile.ts";
import { TrialPruned } from "../../src/tune/pruned.ts";
import { tpeSampler } from "../../src/tune/samplers/tpe.ts";
import { float } from "../../src/tune/space/distribution.ts";
import { type Study, createStudy } from "../../src/tune/study.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

const program = fileURLToPath(new URL("threads/program.mjs", import.meta.url));
const runtimes = process.env["THALWEG_RUNTIMES"] ?? "build/runtimes";
const bin = (path: string): string => join(runtimes, "node_modules", path);

/** How the program is started in each runtime. */
const COMMANDS: readonly (readonly [string, string, readonly string[]])[] = [
  ["node", process.execPath, []],
  ["node26", bin("node26/bin/node"), []],
  ["deno", bin(".bin/deno"), ["run", "-A"]],
  ["bun", bin(".bin/bun"), []],
];

interface Printed {
  readonly random: readonly unknown[];
  readonly tpe: readonly (readonly [state: string, value: number])[][];
  readonly several: readonly (readonly [state: string, values: readonly number[] | null])[][];
  readonly faults: readonly (readonly [state: string, value: number | null, why: string | null])[];
  readonly thrown: string;
}

function printed(command: string, args: readonly string[]): Promise<Printed> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args, program], { timeout: 110_000 }, (error, out) =>
      error ? reject(error) : resolve(JSON.parse(out) as Printed),
    );
  });
}

for (const [name, command, args] of COMMANDS) {
  const isThere = existsSync(command);
  if (!isThere) console.warn(`skipped: threads of trials in ${name}, which is not in ${runtimes}`);
  test.skipIf(!isThere)(
    `threads of trials in ${name}: the same study for any number of jobs, faults told`,
    async () => {
      const { random, tpe, several, faults, thrown } = await printed(command, args);
      expect(random[1]).toEqual(random[0]);
      expect(tpe[1]).toEqual(tpe[0]);
      expect(tpe[2]).toEqual(tpe[0]);
      expect(tpe[0]!.filter(([state]) => state === "pruned").length).toBeGreaterThan(0);
      expect(tpe[0]!.filter(([state]) => state === "complete").length).toBeGreaterThan(5);
      expect(several[1]).toEqual(several[0]);
      expect(several[2]).toEqual(several[0]);
      for (const [i, [state, values]] of several[0]!.entries()) {
        expect([state, values?.length]).toEqual(i === 5 ? ["fail", undefined] : ["complete", 2]);
      }
      expect(faults.map(([state]) => state).slice(0, 3)).toEqual(["pruned", "fail", "fail"]);
      expect(faults[1]![2]).toBe("no such thing");
      // A thread ends with its process.exit in Node and Bun; in Deno that ends the program, so it is not tried there.
      expect(faults[3]).toEqual(
        name === "deno"
          ? ["complete", 3, null]
          : ["fail", null, expect.stringContaining("its thread ended")],
      );
      expect(faults[4]![0]).toBe("complete");
      expect(faults[5]![2]).toContain('"x" must stay float 0 to 1');
      expect(thrown).toContain("absent.mjs");
    },
    120_000,
  );
}

/** A study whose trials end in an order of chance. */
async function scattered(jobs: number, lag: number | null, chance: number): Promise<Study> {
  const random = new Random(chance);
  const study = createStudy({
    sampler: tpeSampler({ startup: 3 }),
    pruner: medianPruner({ startup: 3 }),
  });
  await study.optimize(
    { x: float(-5, 5), y: float(-5, 5) },
    async ({ x, y }, trial) => {
      for (let step = 0; step < 3; step++) {
        await new Promise((resolve) => setTimeout(resolve, 4 * random.uniform()));
        trial.report((x - 1) ** 2 + (y + 2) ** 2 + 3 - step, step);
        if (trial.shouldPrune()) throw new TrialPruned();
      }
      return (x - 1) ** 2 + (y + 2) ** 2;
    },
    { trials: 40, jobs, lag },
  );
  return study;
}

const outcome = ({ trials }: Study): unknown =>
  trials.map((t) => [t.state, t.value, t.params, [...t.intermediate]]);

let reference: Study;
beforeAll(async () => {
  reference = await scattered(1, 4, 1);
});

test("with a lag the study is the same for any number of jobs up to it, whatever ends first", async () => {
  expect(reference.trials.some((t) => t.state === "pruned")).toBe(true);
  for (const [jobs, chance] of [
    [1, 2],
    [2, 3],
    [4, 4],
    [4, 5],
  ] as const) {
    expect(outcome(await scattered(jobs, 4, chance))).toEqual(outcome(reference));
  }
});

test("without a lag, jobs see what there is: one job knows all, and a lag of 1 is the same as that", async () => {
  expect(outcome(await scattered(1, null, 1))).toEqual(outcome(await scattered(1, 1, 2)));
  expect(outcome(await scattered(4, null, 3))).not.toEqual(outcome(reference));
});

test("jobs, lag and data are checked", async () => {
  const run = (options: object): Promise<unknown> =>
    createStudy().optimize({ x: float(0, 1) }, ({ x }) => x, { trials: 1, ...options });
  await expect(run({ jobs: 0 })).rejects.toThrow('jobs must be a whole number >= 1 or "auto"');
  await expect(run({ jobs: 3, lag: 2 })).rejects.toThrow(
    "lag must be null or a whole number >= jobs",
  );
  await expect(run({ data: { x: 1 } })).rejects.toThrow(
    "data goes to an objective that is a module",
  );
  await run({ jobs: "auto" });
});

test("shared data is one copy: tensors, arrays and what is in shared memory already", () => {
  const x = new Tensor(Float32Array.of(1, 2, 3, 4), [2, 2], "float32");
  const rows = new Int32Array(new SharedArrayBuffer(8));
  const sent = shared("test", { x, folds: [{ train: rows }], name: "n", none: null });
  const back = received(structuredClone(sent)) as {
    x: Tensor;
    folds: { train: Int32Array }[];
    name: string;
    none: null;
  };
  expect(back.x).toBeInstanceOf(Tensor);
  expect(back.x.array()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(back.x.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  rows[1] = 7;
  expect(back.folds[0]!.train[1]).toBe(7);
  expect([back.name, back.none]).toEqual(["n", null]);
});
