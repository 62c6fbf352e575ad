// nsga2Sampler beside Optuna's NSGAIISampler (python3-optuna, where it is installed): problems of two objectives, 20 seeds, equal
// budgets and populations; the volume that the front dominates, more is better.
// The constants of the sampler are those of its paper. How it keeps from trying a point twice was decided on "mixed" and "digits", with
// seeds 0 to 19: the seeds here are others.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createStudy, nsga2Sampler } from "../../build/modules/tune/index.js";
import { volumeOf } from "../../build/modules/tune/pareto/hypervolume.js";
import { problems } from "./paretoProblems.mjs";
import { wilcoxon } from "./wilcoxon.mjs";

const BUDGETS = [250, 500, 1000];
const SEEDS = 20;
const SIGNIFICANT = 0.01;

const median = (values) => {
  const s = [...values].sort((a, b) => a - b);
  const at = (s.length - 1) / 2;
  return (s[Math.floor(at)] + s[Math.ceil(at)]) / 2;
};

/** The values of each trial of each seed. */
async function ours({ suggest, values }, firstSeed) {
  const runs = [];
  for (let seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
    const study = createStudy({
      directions: ["minimize", "minimize"],
      sampler: nsga2Sampler(),
      seed,
    });
    await study.optimize((trial) => values(suggest(trial)), { trials: Math.max(...BUDGETS) });
    runs.push(study.trials.map((t) => t.values));
  }
  return runs;
}

/** Optuna's, by problem, or null where it is not installed. @throws Error if it does not mean the same problems */
function optunas(filter, firstSeed) {
  const file = (name) => fileURLToPath(new URL(name, import.meta.url));
  const args = [firstSeed, SEEDS, Math.max(...BUDGETS)].map(String);
  for (const python of ["python3", "/usr/bin/python3"]) {
    let text;
    try {
      text = execFileSync(
        python,
        [file("./optunaNsga2.py"), ...args, filter, file("./digitsSize.json")],
        { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 },
      );
    } catch {
      continue; // The next one, or none.
    }
    const found = JSON.parse(text);
    for (const problem of problems) {
      found[problem.name]?.params.forEach((p, i) => {
        const theirs = found[problem.name].values[0][i];
        const same = problem
          .values(p)
          .every((v, k) => Math.abs(v - theirs[k]) <= 1e-9 * Math.abs(v));
        if (!same) throw new Error(`${problem.name}: ${theirs} there, ${problem.values(p)} here`);
      });
    }
    return found;
  }
  return null;
}

export async function pareto({ filter, seeds: [given], print }) {
  // The default of the bench's seeds is of another suite.
  const firstSeed = given === 1 ? 100 : given;
  const theirs = optunas(filter, firstSeed);
  if (!theirs) print("Optuna is not compared: python3-optuna is not installed");
  const results = [];
  for (const problem of problems.filter(({ name }) => name.includes(filter))) {
    const { name, reference } = problem;
    const runs = await ours(problem, firstSeed);
    for (const budget of BUDGETS) {
      const volumes = (list) => list.map((values) => volumeOf(values.slice(0, budget), reference));
      const row = { name, budget, ours: median(volumes(runs)) };
      const beside = theirs && volumes(theirs[name].values);
      if (beside) {
        const test = wilcoxon(volumes(runs), beside);
        Object.assign(row, { theirs: median(beside), p: test.p, better: test.larger });
      }
      results.push(row);
      const text = (x) => x.toPrecision(5).padStart(8);
      const verdict = row.p < SIGNIFICANT ? `significantly ${row.better ? "better" : "worse"}` : "";
      print(
        `${name.padEnd(7)} ${String(budget).padStart(5)}  ${text(row.ours)}${beside ? `  Optuna ${text(row.theirs)}  p ${row.p.toFixed(4)} ${verdict}` : ""}`,
      );
    }
  }
  const compared = results.filter((r) => r.theirs !== undefined);
  const count = (what) => compared.filter(what).length;
  print(
    `nsga2: median no worse in ${count((r) => r.ours >= r.theirs)} of ${compared.length} cases; significantly worse in ${count((r) => r.p < SIGNIFICANT && !r.better)}, better in ${count((r) => r.p < SIGNIFICANT && r.better)}`,
  );
  return results;
}
