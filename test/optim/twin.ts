import type { AdagradOptions } from "../../src/optim/adagrad.ts";
import type { AdamOptions } from "../../src/optim/adam.ts";
import type { CommonOptions, Optimizer } from "../../src/optim/defineOptimizer.ts";
import type { NadamOptions } from "../../src/optim/nadam.ts";
import type { RmspropOptions } from "../../src/optim/rmsprop.ts";
import type { SgdOptions } from "../../src/optim/sgd.ts";

/**
 * The update rules in f64, one number at a time, straight from docs/semantics: no folded scalars, no
 * fused kernels, the second moment kept as the books write it.
 */
export interface Twin {
  readonly w: Float64Array;
  /** Where the gradient of the next step is to be taken. */
  point(): Float64Array;
  step(g: ArrayLike<number>, learningRate?: number): void;
}

type Rule = (w: number, g: number, t: number, lr: number, s: number[]) => number;

const sq = (x: number): number => x * x;

function sgd(o: SgdOptions): Rule {
  return (w, g, t, lr, s) => {
    if (o.momentum === 0) return w - lr * g;
    const old = s[0] ?? 0;
    if (o.momentumForm === "velocity") {
      const b = t === 1 ? g : o.momentum * old + (1 - o.dampening) * g;
      s[0] = b;
      return w - lr * (o.nesterov ? g + o.momentum * b : b);
    }
    if (o.momentumForm === "ema") {
      s[0] = o.momentum * old + (1 - o.momentum) * g;
      return w - lr * s[0];
    }
    const m = o.momentum * old - lr * g;
    s[0] = m;
    return o.nesterov ? w + o.momentum * m - lr * g : w + m;
  };
}

function adagrad(o: AdagradOptions): Rule {
  return (w, g, t, lr, s) => {
    s[0] = (s[0] ?? o.initialAccumulatorValue) + g * g;
    if (s[0] === 0) return w;
    const eta = lr / (1 + (t - 1) * o.learningRateDecay);
    const inside = o.epsilonMode === "inside";
    return w - (eta * g) / (inside ? Math.sqrt(s[0] + o.epsilon) : Math.sqrt(s[0]) + o.epsilon);
  };
}

function rmsprop(o: RmspropOptions): Rule {
  return (w, g, t, lr, s) => {
    const v = (s[0] = o.rho * (s[0] ?? 0) + (1 - o.rho) * g * g);
    const mean = (s[1] = o.rho * (s[1] ?? 0) + (1 - o.rho) * g);
    const c = o.biasCorrection ? 1 - o.rho ** t : 1;
    const square = o.centered ? Math.max(v / c - sq(mean / c), 0) : v / c;
    const root =
      o.epsilonMode === "inside" ? Math.sqrt(square + o.epsilon) : Math.sqrt(square) + o.epsilon;
    if (o.momentum === 0) return w - (lr * g) / root;
    if (o.momentumForm === "velocity") {
      s[2] = o.momentum * (s[2] ?? 0) + g / root;
      return w - lr * s[2];
    }
    s[2] = o.momentum * (s[2] ?? 0) + (lr * g) / root;
    return w - s[2];
  };
}

function adam(o: AdamOptions): Rule {
  return (w, g, t, lr, s) => {
    const m = (s[0] = o.beta1 * (s[0] ?? 0) + (1 - o.beta1) * g);
    let v = (s[1] = o.beta2 * (s[1] ?? 0) + (1 - o.beta2) * g * g);
    const c1 = o.biasCorrection ? 1 - o.beta1 ** t : 1;
    const c2 = o.biasCorrection ? 1 - o.beta2 ** t : 1;
    if (o.epsilonMode === "hat") {
      if (o.amsgrad) v = s[2] = Math.max(s[2] ?? 0, v);
      return w - (((lr * Math.sqrt(c2)) / c1) * m) / (Math.sqrt(v + o.epsilonRoot) + o.epsilon);
    }
    let vhat = v / c2;
    if (o.amsgrad && o.amsgradOf === "moment") {
      s[2] = Math.max(s[2] ?? 0, v);
      vhat = s[2] / c2;
    } else if (o.amsgrad) {
      vhat = s[2] = Math.max(s[2] ?? 0, vhat);
    }
    return w - (lr * (m / c1)) / (Math.sqrt(vhat + o.epsilonRoot) + o.epsilon);
  };
}

function nadam(o: NadamOptions): Rule {
  const mu = (t: number): number => o.beta1 * (1 - 0.5 * 0.96 ** (t * o.momentumDecay));
  return (w, g, t, lr, s) => {
    let product = 1;
    for (let i = 1; i <= t; i++) product *= mu(i);
    const m = (s[0] = o.beta1 * (s[0] ?? 0) + (1 - o.beta1) * g);
    const v = (s[1] = o.beta2 * (s[1] ?? 0) + (1 - o.beta2) * g * g);
    let ahead = 1 - product;
    if (o.mCorrection === "t+1") ahead = 1 - product * mu(t + 1);
    if (o.mCorrection === "torch-1.13") ahead = 1 - product * mu(t) * mu(t + 1);
    const mhat = (mu(t + 1) * m) / ahead + ((1 - mu(t)) * g) / (1 - product);
    return w - (lr * mhat) / (Math.sqrt(v / (1 - o.beta2 ** t)) + o.epsilon);
  };
}

const RULES: Readonly<Record<string, (o: never) => Rule>> = {
  sgd,
  adagrad,
  rmsprop,
  adam,
  adamw: adam,
  nadam,
};

/** Twin of an optimizer on the parameters w0. */
export function twinOf(optimizer: Optimizer, w0: ArrayLike<number>): Twin {
  const o = optimizer.options as CommonOptions & Partial<SgdOptions>;
  const rule = RULES[optimizer.name]!(o as never);
  const w = Float64Array.from(w0);
  const slots: number[][] = Array.from(w, () => []);
  let t = 0;
  return {
    w,
    point: () =>
      o.momentumForm === "ema" && o.nesterov
        ? w.map((x, i) => x - o.momentum! * (slots[i]![0] ?? 0))
        : w,
    step: (g, lr = o.learningRate) => {
      t++;
      for (let i = 0; i < w.length; i++) {
        let gi = o.maximize ? -g[i]! : g[i]!;
        const before = w[i]!;
        if (o.weightDecayMode === "l2") gi += o.weightDecay * before;
        w[i] = rule(before, gi, t, lr, slots[i]!);
        if (o.weightDecayMode === "decoupled") {
          w[i]! -= (o.decayScale === "lr" ? lr : 1) * o.weightDecay * before;
        }
      }
    },
  };
}
