// A study in Python's Optuna, beside ours.
import { execFileSync } from "node:child_process";
import { categorical, float, int } from "../../src/tune/space/distribution.ts";
import { parsePythonJson } from "../../src/tune/storage/pythonJson.ts";
import type { Study } from "../../src/tune/study.ts";

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

/** Where Optuna finds the journal that it is told as its first argument. */
export const OPTUNA_FILE = "JournalFileStorage(sys.argv[1])";
export const OPTUNA_REDIS = "JournalRedisStorage(sys.argv[1], prefix=sys.argv[2])";

/** The beginning of a program that works on the study "study" in a journal. */
export const prologue = (place: string): string => `
import json, sys, warnings, optuna
from optuna.storages import JournalStorage, JournalFileStorage, JournalRedisStorage
warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
def objective(t):
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
