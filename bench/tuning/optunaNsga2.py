# Optuna's NSGAIISampler on the problems of paretoProblems.mjs: prints {problem: {params, values}} as JSON, a list of trials' values
# for each seed, and the parameters of the first trials of the first, by which the caller sees that both mean the same problem.
# usage: python3 optunaNsga2.py FIRST_SEED SEEDS TRIALS FILTER digitsSize.json
import json
import math
import sys
import warnings

import optuna

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
first, seeds, trials = map(int, sys.argv[1:4])
digits_sizes = json.load(open(sys.argv[5]))


def zdt(count, g, second, f1=lambda x: x, low=0, high=1):
    def objective(t):
        x = t.suggest_float("x0", 0, 1)
        rest = [t.suggest_float(f"x{i}", low, high) for i in range(1, count)]
        f, scale = f1(x), g(rest)
        return f, scale * second(f, scale, x)

    return objective


def linear(rest):
    return 1 + 9 * sum(rest) / len(rest)


def mixed(t):
    kind = t.suggest_categorical("kind", ["linear", "tree", "net"])
    if kind == "linear":
        alpha = t.suggest_float("alpha", 1e-6, 1, log=True)
        return 0.35 + 0.02 * (math.log10(alpha) + 3) ** 2, 1
    if kind == "tree":
        depth = t.suggest_int("depth", 1, 12)
        leaf = math.log2(t.suggest_int("leaf", 1, 256, log=True))
        return 0.12 + 0.3 * math.exp(-depth / 4) + 0.01 * (leaf - 3) ** 2, 1 + depth - 0.1 * leaf
    layers = t.suggest_int("layers", 1, 4)
    rate = t.suggest_float("rate", 1e-5, 1, log=True)
    dropout = t.suggest_float("dropout", 0, 0.9, step=0.1)
    size = sum(math.log2(t.suggest_int(f"units{i}", 4, 512, log=True)) for i in range(layers))
    fit = 0.05 * (math.log10(rate) + 2.5) ** 2 + 0.2 * abs(dropout - 0.2)
    return 0.03 + 0.4 * math.exp(-size / 8) + fit, 2 + size / 2 + layers


def digits(t):
    layers = t.suggest_int("layers", 1, 3)
    rate = t.suggest_int("rate", 0, len(digits_sizes["rates"]) - 1)
    activations = digits_sizes["activations"]
    activation = t.suggest_categorical("activation", activations)
    units = digits_sizes["units"]
    sizes = [units[t.suggest_int(f"units{i}", 0, len(units) - 1)] for i in range(layers)]
    widths = [64, *sizes, 10]
    count = sum((a + 1) * b for a, b in zip(widths, widths[1:]))
    rows = digits_sizes["errors"][",".join(map(str, sizes))]
    return rows[rate][activations.index(activation)], math.log10(count)


PROBLEMS = {
    "zdt1": zdt(30, linear, lambda f, g, x: 1 - math.sqrt(f / g)),
    "zdt2": zdt(30, linear, lambda f, g, x: 1 - (f / g) ** 2),
    "zdt3": zdt(
        30, linear, lambda f, g, x: 1 - math.sqrt(f / g) - f / g * math.sin(10 * math.pi * x)
    ),
    "mixed": mixed,
    "digits": digits,
    "zdt4": zdt(
        10,
        lambda r: 1 + 10 * len(r) + sum(x * x - 10 * math.cos(4 * math.pi * x) for x in r),
        lambda f, g, x: 1 - math.sqrt(f / g),
        low=-5,
        high=5,
    ),
    "zdt6": zdt(
        10,
        lambda r: 1 + 9 * (sum(r) / len(r)) ** 0.25,
        lambda f, g, x: 1 - (f / g) ** 2,
        lambda x: 1 - math.exp(-4 * x) * math.sin(6 * math.pi * x) ** 6,
    ),
}

out = {}
for name, objective in PROBLEMS.items():
    if sys.argv[4] not in name:
        continue
    out[name] = {"params": None, "values": []}
    for seed in range(first, first + seeds):
        study = optuna.create_study(
            directions=["minimize", "minimize"], sampler=optuna.samplers.NSGAIISampler(seed=seed)
        )
        study.optimize(objective, n_trials=trials)
        done = study.trials
        out[name]["values"].append([t.values for t in done])
        out[name]["params"] = out[name]["params"] or [t.params for t in done[:20]]
print(json.dumps(out))
