// Where a step's time goes, command by command: each is run alone, in order, round after round.
import { KERNEL_NAMES } from "../build/modules/kernels/kernels.js";
import { CLOCKS, quantile } from "./measure.mjs";
import { PROBLEMS } from "./problems.mjs";
import { open } from "./thalweg.mjs";

/** First and behind the last byte of each command of a plan, and its kernel's name. */
function commandsOf(plan) {
  const words = plan.engine.i32;
  const found = [];
  for (let at = plan.borders[0]; at < plan.borders.at(-1);) {
    const head = words[at >>> 2];
    const next = at + (head >>> 16);
    found.push({ name: KERNEL_NAMES[head & 1023] ?? "guard", first: at, last: next });
    at = next;
  }
  return found;
}

/** Least milliseconds of each command, over several rounds. */
function measure(plan, commands, { rounds, clock }) {
  const { engine, scratch } = plan;
  const { scratchBytes } = plan.compiled;
  const now = CLOCKS[clock];
  const times = commands.map(() => []);
  for (let round = 0; round < rounds; round++) {
    commands.forEach(({ first, last }, i) => {
      const started = now();
      engine.run(first, last, scratch, scratchBytes);
      times[i].push(now() - started);
    });
  }
  return times.map((t) => quantile(t, 0));
}

export async function profile({ filter, rounds, clock, print }) {
  const out = {};
  for (const [key, problem] of Object.entries(PROBLEMS)) {
    if (problem.kind === "optimizer" || !key.includes(filter)) continue;
    const contestant = await open(problem);
    await contestant.run(4 * (problem.batches ?? 25));
    const { plans } = await contestant.model.runner();
    const kind = problem.kind === "inference" ? "predict" : "train";
    const plan = [...plans.values()].find((p) => p.compiled.request.name.startsWith(kind));
    const commands = commandsOf(plan);
    const times = measure(plan, commands, { rounds: 4 * rounds, clock });
    const total = times.reduce((a, b) => a + b, 0);
    contestant.close();
    const rows = commands.map(({ name }, i) => ({ place: i + 1, name, ms: times[i] }));
    out[key] = { total, rows };
    print(`\n${problem.label}: ${total.toFixed(2)} ms, the least of each command`);
    print("| # | kernel | ms | share |\n|---|---|---|---|");
    for (const { place, name, ms } of rows)
      if (ms > 0.005 * total)
        print(`| ${place} | ${name} | ${ms.toFixed(3)} | ${((100 * ms) / total).toFixed(1)} % |`);
  }
  return out;
}
