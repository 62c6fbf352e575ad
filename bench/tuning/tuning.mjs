// Samplers on the functions of test/golden/data/hpo/functions.json and of heldOut.json, and on the four real trainings of
// trainings.json (trainings.mjs computes them), 20 seeds, equal budgets: TPE beside Optuna's (python3-optuna, where it is
// installed), the Gaussian process beside the quantiles in the golden file.
// Then what a sampler costs a trial, over 1000 trials.
// The constants of both samplers were chosen on the golden functions with seeds 0 to 19: the seeds here are others, and
// the held-out functions were not looked at.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  categorical,
  createStudy,
  float,
  gaussianProcessSampler,
  int,
  tpeSampler,
} from "../../build/modules/tune/index.js";
import { functionsByName } from "./functions.mjs";
import { trainings } from "./trainings.mjs";
import { wilcoxon } from "./wilcoxon.mjs";

const FILE = fileURLToPath(new URL("../../test/golden/data/hpo/functions.json", import.meta.url));
const HELD_OUT = fileURLToPath(new URL("./heldOut.json", import.meta.url));
const TRAININGS = fileURLToPath(new URL("./trainings.json", import.meta.url));
const BUDGETS = [20, 40, 60];
const SEEDS = 20;
const FIRST_SEED = 100;
const SIGNIFICANT = 0.01;

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => {
  const s = sorted(values);
  const at = (s.length - 1) / 2;
  return (s[Math.floor(at)] + s[Math.ceil(at)]) / 2;
};
const text = (x) => x.toPrecision(3).padStart(9);

/** A function as a space, an objective and its optimum. */
function functionProblem(f) {
  const value = functionsByName[f.name];
  return {
    ...f,
    space: Object.fromEntries(f.domain.map(([low, high], i) => [`x${i}`, float(low, high)])),
    objective: (p) => value(f.domain.map((_, i) => p[`x${i}`])),
  };
}

/** A tabulated training the same way: a list of numbers is an int, its index, as it has an order; texts are choices. */
function trainingProblem({ name, parameters, values }) {
  const lists = Object.entries(parameters);
  const isText = (list) => typeof list[0] === "string";
  return {
    name,
    optimum: Math.min(...values),
    space: Object.fromEntries(
      lists.map(([n, list]) => [n, isText(list) ? categorical(list) : int(0, list.length - 1)]),
    ),
    objective: (p) =>
      values[
        lists.reduce(
          (at, [n, list]) => at * list.length + (isText(list) ? list.indexOf(p[n]) : p[n]),
          0,
        )
      ],
  };
}

/** Regrets of one run at each budget. */
async function regrets({ space, objective, optimum }, sampler, seed, budgets) {
  const study = createStudy({ sampler, seed });
  await study.optimize(space, objective, { trials: Math.max(...budgets) });
  const values = study.trials.map((t) => t.value);
  return budgets.map((n) => Math.min(...values.slice(0, n)) - optimum);
}

/** Optuna's regrets on the problems with a part in their names, or null where it is not installed. */
function optunaRegrets(filter) {
  const script = fileURLToPath(new URL("./optunaTpe.py", import.meta.url));
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const args = [
        script,
        String(FIRST_SEED),
        String(SEEDS),
        BUDGETS.join(),
        filter,
        FILE,
        HELD_OUT,
        TRAININGS,
      ];
      return JSON.parse(execFileSync(python, args, { stdio: ["ignore", "pipe", "ignore"] }));
    } catch {
      // The next one, or none.
    }
  }
  return null;
}

/** Milliseconds of processor time a trial, over `trials` trials of six parameters. */
async function cost(sampler, trials) {
  const study = createStudy({ sampler, seed: 1 });
  const space = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((n) => [n, float(0, 1)]));
  const before = process.cpuUsage();
  await study.optimize(space, (p) => Object.values(p).reduce((s, v) => s + (v - 0.3) ** 2, 0), {
    trials,
  });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / trials;
}

export async function tuning({ filter, print }) {
  const functions = [FILE, HELD_OUT].flatMap(
    (path) => JSON.parse(readFileSync(path, "utf8")).functions,
  );
  const problems = [...functions.map(functionProblem), ...trainings().map(trainingProblem)];
  const results = [];
  const optuna = optunaRegrets(filter);
  if (!optuna) print("Optuna is not compared: python3-optuna is not installed");
  for (const f of problems.filter(({ name }) => name.includes(filter) || filter === "")) {
    const runs = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      runs.push(await regrets(f, tpeSampler(), seed, BUDGETS));
    }
    BUDGETS.forEach((budget, k) => {
      const ours = runs.map((r) => r[k]);
      const theirs = optuna?.[f.name].map((r) => r[k]);
      const test = theirs ? wilcoxon(ours, theirs) : null;
      const row = { sampler: "tpe", name: f.name, budget, ours: median(ours) };
      if (test) Object.assign(row, { theirs: median(theirs), ...test });
      results.push(row);
      const verdict =
        test && test.p < SIGNIFICANT
          ? test.larger
            ? "significantly worse"
            : "significantly better"
          : "";
      print(
        `tpe ${f.name.padEnd(16)} ${budget}  ${text(row.ours)}${theirs ? `  Optuna ${text(row.theirs)}  p ${test.p.toFixed(4)} ${verdict}` : ""}`,
      );
    });
    const gp = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      gp.push(await regrets(f, gaussianProcessSampler(), seed, [20, 40]));
    }
    [20, 40].forEach((budget, k) => {
      // Held-out functions have no reference.
      // Nor have trainings.
      const quantiles = f.regret_quantiles_10_50_90?.[`gp_ei_${budget}`] ?? null;
      const ours = median(gp.map((r) => r[k]));
      const theirs = quantiles?.[1] ?? null;
      results.push({ sampler: "gaussianProcess", name: f.name, budget, ours, theirs });
      const beside = quantiles ? `  file, 10 50 90 %: ${quantiles.map(text).join(" ")}` : "";
      print(`gp  ${f.name.padEnd(16)} ${budget}  ${text(ours)}${beside}`);
    });
  }
  for (const sampler of ["tpe", "gaussianProcess"]) {
    const compared = results.filter(
      (r) => r.sampler === sampler && r.theirs !== undefined && r.theirs !== null,
    );
    const good = compared.filter((r) => r.ours <= r.theirs).length;
    const worse = compared.filter((r) => r.p < SIGNIFICANT && r.larger).length;
    const better = compared.filter((r) => r.p < SIGNIFICANT && !r.larger).length;
    print(
      `${sampler}: median no worse in ${good} of ${compared.length} cases; significantly worse in ${worse}, better in ${better}`,
    );
  }
  for (const [name, sampler, bar] of [
    ["tpe", tpeSampler(), 2],
    ["gaussianProcess", gaussianProcessSampler(), 50],
  ]) {
    const ms = await cost(sampler, 1000);
    results.push({ sampler: name, millisecondsPerTrial: ms });
    print(`${name}: ${ms.toFixed(2)} ms a trial over 1000 trials of 6 parameters, at most ${bar}`);
  }
  return results;
}
