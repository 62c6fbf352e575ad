// Runs studies in threads and prints what came of them, in whatever runtime this is.
import { tensor, tune } from "thalweg";

const rows = 64;
const x = tensor(
  Float32Array.from({ length: 4 * rows }, (_, i) => Math.fround(((i * 37) % 101) / 101)),
  [rows, 4],
);
const y = tensor(
  Float32Array.from({ length: rows }, (_, i) => x.data[4 * i] - x.data[4 * i + 2] ** 2),
  [rows, 1],
);
const space = { rate: tune.float(1e-4, 1e-1, { log: true }), units: tune.int(2, 16) };

async function trials(sampler, pruner, options) {
  const study = tune.createStudy({ sampler, pruner, seed: 5 });
  await study.optimize(space, new URL("./objective.mjs", import.meta.url), {
    trials: 14,
    data: { x, y, shift: 0.5 },
    ...options,
  });
  return study.trials.map((t) => [t.state, t.value, t.params, [...t.intermediate], t.notes]);
}

const random = (jobs) => trials(tune.randomSampler(), tune.noPruner(), { jobs });
const tpe = (jobs) =>
  trials(tune.tpeSampler({ startup: 3 }), tune.medianPruner({ startup: 3 }), { jobs, lag: 4 });

/** A study of two objectives. */
async function several(jobs) {
  const study = tune.createStudy({
    directions: ["minimize", "maximize"],
    sampler: tune.nsga2Sampler({ population: 4 }),
    seed: 2,
  });
  await study.optimize(
    { x: tune.float(0, 1), kind: tune.categorical(["a", "b"]) },
    new URL("./several.mjs", import.meta.url),
    { trials: 26, jobs, lag: 4, data: { scale: 2 } },
  );
  return study.trials.map((t) => [t.state, t.values, t.params]);
}

const faults = tune.createStudy({ sampler: tune.randomSampler() });
await faults.optimize(new URL("./faults.mjs", import.meta.url), {
  trials: 6,
  onError: "fail",
  data: { crash: !globalThis.Deno },
});
let thrown = "";
try {
  await tune
    .createStudy()
    .optimize(new URL("./absent.mjs", import.meta.url), { trials: 3, jobs: 2 });
} catch (error) {
  thrown = error.message;
}

console.log(
  JSON.stringify({
    random: [await random(1), await random(3)],
    tpe: [await tpe(1), await tpe(3), await tpe(4)],
    several: [await several(1), await several(3), await several(4)],
    faults: faults.trials.map((t) => [t.state, t.value, t.system.fail_reason ?? null]),
    thrown,
  }),
);
