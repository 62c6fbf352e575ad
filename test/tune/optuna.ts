// A study in Python's Optuna, beside ours.
import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import { type Values, categorical, float, int } from "../../src/tune/space/distribution.ts";
import { parsePythonJson } from "../../src/tune/storage/pythonJson.ts";
import type { AnyStudy, Study } from "../../src/tune/study.ts";
import type { Trial } from "../../src/tune/trial.ts";

/** The space of the study, of each kind of parameter one. */
export const space = {
  rate: float(1e-4, 1e-1, { log: true }),
  part: float(0, 1, { step: 0.25 }),
  units: int(8, 64, { step: 8 }),
  width: int(1, 300, { log: true }),
  kind: categorical(["relu", null, 3, true]),
};

/** A Python that has these modules, or undefined. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  return ["python3", "/usr/bin/python3"].find((name) => {
    try {
      execFileSync(name, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Where Optuna finds the journal that it is told as its first argument. Optuna reads without its lock, and gives up where a line
 * is whole only when it looks again; read once more it is whole.
 */
export const OPTUNA_FILE = "File(sys.argv[1])";
export const OPTUNA_REDIS = "JournalRedisStorage(sys.argv[1], prefix=sys.argv[2])";

const IMPORTS = `import json, sys, warnings, optuna
from optuna.storages import JournalStorage, JournalFileStorage, JournalRedisStorage
warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
class File(JournalFileStorage):
    def read_logs(self, first, tries=20):
        try:
            return super().read_logs(first)
        except json.JSONDecodeError:
            if tries == 0: raise
            return self.read_logs(first, tries - 1)
`;

/** The beginning of a program that works on the study "study" in a journal. */
export const prologue = (place: string): string => `
${IMPORTS}def objective(t):
    rate = t.suggest_float("rate", 1e-4, 1e-1, log=True)
    part = t.suggest_float("part", 0, 1, step=0.25)
    units = t.suggest_int("units", 8, 64, step=8)
    width = t.suggest_int("width", 1, 300, log=True)
    kind = t.suggest_categorical("kind", ["relu", None, 3, True])
    t.report(float("nan"), 0)
    t.report(rate, 1)
    t.set_user_attr("by", "optuna")
    if t.number % 4 == 3: raise optuna.TrialPruned()
    if t.number % 4 == 1: raise ValueError("no value")
    return rate * units
study = optuna.create_study(study_name="study", load_if_exists=True, storage=JournalStorage(${place}), sampler=optuna.samplers.RandomSampler(seed=1))
def show():
    print(json.dumps([[t.state.name, t.value, t.params, t.user_attrs, list(t.intermediate_values.items())] for t in study.get_trials()]))
def run(n): study.optimize(objective, n_trials=n, catch=(ValueError,))
`;

/** Runs such a program; what it printed as JSON, or null. */
export function runOptuna(python: string, program: string, args: readonly string[]): unknown {
  const text = execFileSync(python, ["-c", program, ...args], { encoding: "utf8" });
  return text.trim() === "" ? null : parsePythonJson(text);
}

/** What the program's `show()` prints, of a study here. */
export const shown = (study: Study): unknown =>
  study.trials.map((t) => [
    t.state.toUpperCase(),
    t.value,
    t.params,
    t.notes,
    // Python's keys of JSON are texts.
    [...t.intermediate],
  ]);

/**
 * A study that was begun here goes on in Optuna, and comes back.
 *
 * @param open    the study, as it is in the storage now
 * @param optuna  runs a program's rest in Optuna
 * @param Pruned  the class TrialPruned of the library that opens it
 */
export async function goesOnInOptuna(
  open: () => Promise<Study>,
  optuna: (code: string) => unknown,
  Pruned: new () => Error,
): Promise<void> {
  const objective = ({ rate, units }: Values<typeof space>, trial: Trial): number => {
    trial.report(rate, 0);
    trial.report(Infinity, 1);
    trial.note("by", { who: ["here", 1.5, null] });
    if (trial.number % 3 === 1) throw new Pruned();
    return trial.number % 3 === 2 ? NaN : rate * units;
  };
  await (await open()).optimize(space, objective, { trials: 5 });
  (await open()).enqueue({ rate: 0.01, part: 0.5, units: 32, kind: null });
  const seen = optuna('run(4)\nstudy.enqueue_trial({"units": 24})\nshow()');
  const study = await open();
  expect(shown(study)).toEqual(seen);
  expect(study.trials[5]!.params).toMatchObject({ rate: 0.01, part: 0.5, units: 32, kind: null });
  expect(study.trials.slice(5, 9).map((t) => t.state)).toEqual([
    "fail",
    "complete",
    "pruned",
    "complete",
  ]);
  expect(study.trials[0]!.intermediate.get(1)).toBe(Infinity);
  expect(study.trials[6]!.notes).toEqual({ by: "optuna" });
  expect(study.trials[6]!.intermediate.get(0)).toBeNaN();
  expect(study.trials.map((t) => t.state)).toContain("pruned");
  await study.optimize(space, objective, { trials: 2 });
  expect(study.trials[9]!.params["units"]).toBe(24);
  expect(optuna("show()")).toEqual(shown(study));
}

/** A study that was begun in Optuna goes on here. */
export async function comesFromOptuna(
  open: () => Promise<Study>,
  optuna: (code: string) => unknown,
): Promise<void> {
  const seen = optuna("run(6)\nshow()");
  const study = await open();
  expect(shown(study)).toEqual(seen);
  await study.optimize(space, ({ rate }) => rate, { trials: 3 });
  expect(optuna("show()")).toEqual(shown(study));
}

/** The beginning of a program that works on the study "study" of two objectives in a journal, with NSGA-II. */
export const severalPrologue = (place: string): string => `
${IMPORTS}def objective(t):
    x = t.suggest_float("x", 0, 1)
    kind = t.suggest_categorical("kind", ["a", "b"])
    y = t.suggest_int("y", 0, 20) if kind == "b" else 0
    if t.number == 3: raise ValueError("no value")
    return x + y / 20, 1 - x + y
study = optuna.create_study(study_name="study", load_if_exists=True, storage=JournalStorage(${place}), directions=["minimize", "maximize"], sampler=optuna.samplers.NSGAIISampler(population_size=6, seed=1))
def show():
    print(json.dumps([[[t.state.name, t.values, t.params, t.system_attrs.get("nsga2:generation")] for t in study.get_trials()], [t.number for t in study.best_trials]]))
def run(n): study.optimize(objective, n_trials=n, catch=(ValueError,))
`;

/** What that program's `show()` prints, of a study here. */
export const severalShown = (study: AnyStudy): unknown => [
  study.trials.map((t) => [
    t.state.toUpperCase(),
    t.values,
    t.params,
    t.system["nsga2:generation"] ?? null,
  ]),
  study.paretoFront.map((t) => t.number),
];
