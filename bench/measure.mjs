// Time of several contestants, interleaved: A B C A B C ..., so that the neighbours' load meets all alike.
import { Bench } from "tinybench";

/** Milliseconds of processor time of this process: what a busy machine does not stretch. */
const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Clocks by name. Processor time counts all threads, so it is for contestants of one thread. */
export const CLOCKS = { wall: () => performance.now(), cpu: processorTime };

export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

/** Median and the quartiles around it. */
export function spreadOf(values) {
  return {
    median: quantile(values, 0.5),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
  };
}

/** How many units of a contestant take about `ms`; warms it up on the way. */
async function unitsFor(contestant, ms, now) {
  const { atOnce = 1 } = contestant;
  for (let units = atOnce; ; units *= 2) {
    const started = now();
    await contestant.run(units);
    const took = now() - started;
    if (took >= ms / 2) return atOnce * Math.max(1, Math.round((units * ms) / took / atOnce));
  }
}

/**
 * Rounds of all contestants in turns.
 *
 * @param contestants  `{ name, run(units) }`; `run` may return a promise, and may answer
 *                     `{ wall, cpu }` in ms where it is `foreign`, a process of its own; `atOnce`:
 *                     units that it takes together
 * @param options      rounds; sampleMs: length of a sample; timeMs: of a contestant's turn; clock
 * @returns by name: milliseconds a unit of each round
 */
export async function interleave(contestants, { rounds, sampleMs, timeMs, clock }) {
  const now = CLOCKS[clock];
  const times = new Map(contestants.map((c) => [c.name, []]));
  const units = new Map();
  for (const c of contestants)
    units.set(c.name, await unitsFor(c, sampleMs, c.foreign ? CLOCKS.wall : now));
  for (let round = 0; round < rounds; round++) {
    for (const c of contestants) {
      const n = units.get(c.name);
      if (c.foreign) {
        times.get(c.name).push((await c.run(n))[clock] / n);
        continue;
      }
      const bench = new Bench({ now, time: timeMs, iterations: 1, warmup: false, throws: true });
      bench.add(c.name, () => c.run(n), { async: c.async === true });
      const [task] = await bench.run();
      times.get(c.name).push(task.result.latency.p50 / n);
    }
  }
  return times;
}

/** Ratio to another contestant in the same round: median and quartiles. */
export function ratios(times, to) {
  return spreadOf(times.map((t, i) => t / to[i]));
}
