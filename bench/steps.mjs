// A training step of Thalweg: time, bytes, losses; and how long a process needs to its first step.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { interleave, quantile, spreadOf } from "./measure.mjs";
import { PROBLEMS } from "./problems.mjs";
import { modelOf, open } from "./thalweg.mjs";

const digits = (x) => x.toPrecision(3);

/** Milliseconds of fresh processes from their start to the end of a first step. */
function firstSteps(rounds, clock) {
  const script = fileURLToPath(new URL("firstStep.mjs", import.meta.url));
  return Array.from({ length: rounds }, () => {
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return clock === "cpu" ? Number(stdout) : performance.now() - started;
  });
}

export async function steps({ filter, rounds, clock, print }) {
  const out = {};
  print(
    "| step, as fit takes it | ms, median (quartiles) | bytes | losses of the first epochs |\n|---|---|---|---|",
  );
  for (const [key, problem] of Object.entries(PROBLEMS)) {
    if (problem.kind !== "train" || !key.includes(filter)) continue;
    const contestant = await open(problem);
    const losses = await contestant.check();
    const times = await interleave([contestant], { rounds, clock, sampleMs: 200, timeMs: 400 });
    contestant.close();
    const model = modelOf(problem);
    const { memory } = await model.plan({ batchSize: problem.batch });
    model.release();
    const ms = spreadOf(times.get(contestant.name));
    out[key] = { ms, memory, losses };
    const bytes = memory.total.toLocaleString("en-US");
    print(
      `| ${problem.label} | ${digits(ms.median)} (${digits(ms.low)} to ${digits(ms.high)}) | ${bytes} | ${losses.map((x) => x.toPrecision(5)).join(", ")} |`,
    );
  }
  if ("first".includes(filter)) {
    const times = firstSteps(rounds, clock);
    out.first = { ms: spreadOf(times), best: quantile(times, 0) };
    print(
      `process start to the end of the first MLP step: ${digits(out.first.ms.median)} ms, best ${digits(out.first.best)} ms`,
    );
  }
  return out;
}
