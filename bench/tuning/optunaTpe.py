"""Optuna's TPE on the functions and tabulated trainings of some files: best regrets, as JSON {name: [[first seed at each budget], ...]}.

    python3 optunaTpe.py FIRST_SEED SEEDS BUDGET,BUDGET,... PART_OF_NAMES FILE [FILE ...]
"""
import json
import math
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)
A = [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]
P = [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]
ALPHA = [1, 1.2, 3, 3.2]


def branin(x):
    a, b = x
    return (b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


def six_hump_camel(x):
    a, b = x
    return (4 - 2.1 * a * a + a**4 / 3) * a * a + a * b + (-4 + 4 * b * b) * b * b


def hartmann3(x):
    return -sum(
        ALPHA[i] * math.exp(-sum(A[i][j] * (x[j] - 1e-4 * P[i][j]) ** 2 for j in range(3))) for i in range(4)
    )


def ackley5(x):
    s = sum(v * v for v in x)
    c = sum(math.cos(2 * math.pi * v) for v in x)
    return -20 * math.exp(-0.2 * math.sqrt(s / 5)) - math.exp(c / 5) + 20 + math.e


def sphere3_shifted(x):
    return sum((v - c) ** 2 for v, c in zip(x, [0.3, -1.2, 2.1]))


def goldstein_price(x):
    a, b = x
    first = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b)
    return first * (30 + (2 * a - 3 * b) ** 2 * (18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b))


def levy3(x):
    w = [1 + (v - 1) / 4 for v in x]
    middle = sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:2])
    return math.sin(math.pi * w[0]) ** 2 + middle + (w[2] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[2]) ** 2)


def rosenbrock4(x):
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(3))


def rastrigin3(x):
    return sum(v * v - 10 * math.cos(2 * math.pi * v) + 10 for v in x)


def styblinski_tang4(x):
    return sum(v**4 - 16 * v * v + 5 * v for v in x) / 2


def function_objective(f):
    return lambda t: globals()[f["name"]]([t.suggest_float(f"x{i}", *d) for i, d in enumerate(f["domain"])])


def training_objective(f):
    """A list of numbers has an order: its index is an int. Texts are choices."""

    def objective(t):
        at = 0
        for name, values in f["parameters"].items():
            if isinstance(values[0], str):
                k = values.index(t.suggest_categorical(name, values))
            else:
                k = t.suggest_int(name, 0, len(values) - 1)
            at = at * len(values) + k
        return f["values"][at]

    return objective


def problems(path):
    held = json.load(open(path))
    for f in held["functions"] if isinstance(held, dict) else held:
        if "domain" in f:
            yield f["name"], function_objective(f), f["optimum"]
        else:
            yield f["name"], training_objective(f), min(f["values"])


first, seeds, budgets = int(sys.argv[1]), int(sys.argv[2]), [int(n) for n in sys.argv[3].split(",")]
out = {}
for name, objective, optimum in [p for path in sys.argv[5:] for p in problems(path) if sys.argv[4] in p[0]]:
    out[name] = rows = []
    for seed in range(first, first + seeds):
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.optimize(objective, n_trials=max(budgets))
        values = [t.value for t in study.trials]
        rows.append([min(values[:n]) - optimum for n in budgets])
print(json.dumps(out))
