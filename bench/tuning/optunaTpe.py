"""Optuna's TPE on the functions of a golden file: best regrets, as JSON {name: [[seed 0 at each budget], ...]}.

    python3 optunaTpe.py functions.json SEEDS BUDGET [BUDGET ...]
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


functions = json.load(open(sys.argv[1]))["functions"]
seeds, budgets = int(sys.argv[2]), [int(n) for n in sys.argv[3:]]
out = {}
for f in functions:
    out[f["name"]] = rows = []
    for seed in range(seeds):
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.optimize(
            lambda t: globals()[f["name"]]([t.suggest_float(f"x{i}", *d) for i, d in enumerate(f["domain"])]),
            n_trials=max(budgets),
        )
        values = [t.value for t in study.trials]
        rows.append([min(values[:n]) - f["optimum"] for n in budgets])
print(json.dumps(out))
