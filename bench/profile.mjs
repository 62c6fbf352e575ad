// Where a step's time goes, command by command: each is run alone, in order, round after round. What threads would
// share is also run by halves, one after the other: the slower one bounds what a second core can give.
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
    const opcode = head & 1023;
    const name = KERNEL_NAMES[opcode] ?? "guard";
    found.push({ name, opcode, splits: (head & 1024) !== 0, first: at, last: next });
    at = next;
  }
  return found;
}

/** Least milliseconds of each command, over several rounds, and of its slower half. */
function measure(plan, commands, { rounds, clock }) {
  const { engine, scratch } = plan;
  const { scratchBytes } = plan.compiled;
  const now = CLOCKS[clock];
  const times = commands.map(() => []);
  const halves = commands.map(() => [[], []]);
  for (let round = 0; round < rounds; round++) {
    commands.forEach(({ opcode, splits, first, last }, i) => {
      const started = now();
      engine.run(first, last, scratch, scratchBytes);
      times[i].push(now() - started);
      for (let part = 0; splits && part < 2; part++) {
        const began = now();
        engine.exports.dispatch(opcode, first, scratch, part, 2);
        halves[i][part].push(now() - began);
      }
    });
  }
  return times.map((t, i) => {
    const ms = quantile(t, 0);
    const slower = commands[i].splits ? Math.max(...halves[i].map((h) => quantile(h, 0))) : ms;
    return { ms, slower };
  });
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
    const total = times.reduce((sum, { ms }) => sum + ms, 0);
    const shared = times.reduce((sum, { slower }) => sum + slower, 0);
    contestant.close();
    const rows = commands.map(({ name }, i) => ({ place: i + 1, name, ...times[i] }));
    out[key] = { total, shared, rows };
    print(`\n${problem.label}: ${total.toFixed(2)} ms, the least of each command`);
    print("| # | kernel | ms | share | slower half |\n|---|---|---|---|---|");
    for (const { place, name, ms, slower } of rows) {
      if (ms <= 0.005 * total) continue;
      const cells = [place, name, ms.toFixed(3), `${((100 * ms) / total).toFixed(1)} %`];
      print(`| ${cells.join(" | ")} | ${slower === ms ? "" : slower.toFixed(3)} |`);
    }
    print(`two threads at best: ${(total / shared).toFixed(2)} times as fast`);
  }
  return out;
}
