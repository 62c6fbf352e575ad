import type { AdadeltaOptions } from "../../src/optim/adadelta.ts";
import type { AdafactorOptions } from "../../src/optim/adafactor.ts";
import type { AdagradOptions } from "../../src/optim/adagrad.ts";
import type { AdamOptions } from "../../src/optim/adam.ts";
import type { AdamaxOptions } from "../../src/optim/adamax.ts";
import type { AsgdOptions } from "../../src/optim/asgd.ts";
import type { CommonOptions } from "../../src/optim/commonOptions.ts";
import type { Optimizer } from "../../src/optim/defineOptimizer.ts";
import type { FtrlOptions } from "../../src/optim/ftrl.ts";
import type { LambOptions } from "../../src/optim/lamb.ts";
import type { LarsOptions } from "../../src/optim/lars.ts";
import type { LionOptions } from "../../src/optim/lion.ts";
import type { MuonOptions } from "../../src/optim/muon.ts";
import type { NadamOptions } from "../../src/optim/nadam.ts";
import type { RadamOptions } from "../../src/optim/radam.ts";
import type { RmspropOptions } from "../../src/optim/rmsprop.ts";
import type { RpropOptions } from "../../src/optim/rprop.ts";
import type { ScheduleFreeOptions } from "../../src/optim/scheduleFree.ts";
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

/** A rule that looks at a parameter as a whole: the new values. */
type WholeRule = (
  w: readonly number[],
  g: readonly number[],
  t: number,
  lr: number,
  s: readonly number[][],
) => number[];

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

function adadelta(o: AdadeltaOptions): Rule {
  return (w, g, _t, lr, s) => {
    const v = (s[0] = o.rho * (s[0] ?? 0) + (1 - o.rho) * g * g);
    const u = (Math.sqrt((s[1] ?? 0) + o.epsilon) / Math.sqrt(v + o.epsilon)) * g;
    s[1] = o.rho * (s[1] ?? 0) + (1 - o.rho) * u * u;
    return w - lr * u;
  };
}

function adamax(o: AdamaxOptions): Rule {
  return (w, g, t, lr, s) => {
    const inside = o.epsilonMode === "inside";
    const m = (s[0] = o.beta1 * (s[0] ?? 0) + (1 - o.beta1) * g);
    const u = (s[1] = Math.max(o.beta2 * (s[1] ?? 0), Math.abs(g) + (inside ? o.epsilon : 0)));
    return w - ((lr / (1 - o.beta1 ** t)) * m) / (u + (inside ? 0 : o.epsilon));
  };
}

function radam(o: RadamOptions): Rule {
  return (w, g, t, lr, s) => {
    const m = (s[0] = o.beta1 * (s[0] ?? 0) + (1 - o.beta1) * g);
    const v = (s[1] = o.beta2 * (s[1] ?? 0) + (1 - o.beta2) * g * g);
    const mhat = m / (1 - o.beta1 ** t);
    const most = 2 / (1 - o.beta2) - 1;
    const rho = most - (2 * t * o.beta2 ** t) / (1 - o.beta2 ** t);
    if (rho <= 5) return w - lr * mhat;
    const r = Math.sqrt(((rho - 4) * (rho - 2) * most) / ((most - 4) * (most - 2) * rho));
    return w - (lr * mhat * r * Math.sqrt(1 - o.beta2 ** t)) / (Math.sqrt(v) + o.epsilon);
  };
}

function lion(o: LionOptions): Rule {
  return (w, g, _t, lr, s) => {
    const m = s[0] ?? 0;
    s[0] = o.beta2 * m + (1 - o.beta2) * g;
    return w - lr * Math.sign(o.beta1 * m + (1 - o.beta1) * g);
  };
}

function rprop(o: RpropOptions & CommonOptions): Rule {
  return (w, g, _t, _lr, s) => {
    const product = g * (s[0] ?? 0);
    const factor = product > 0 ? o.etaPlus : product < 0 ? o.etaMinus : 1;
    const step = (s[1] ?? o.learningRate) * factor;
    s[1] = Math.min(Math.max(step, o.minimumStep), o.maximumStep);
    s[0] = product < 0 ? 0 : g;
    return w - Math.sign(s[0]) * s[1];
  };
}

function asgd(o: AsgdOptions): Rule {
  return (w, g, t, lr) => {
    const eta = lr / (1 + o.lambd * lr * (t - 1)) ** o.alpha;
    return w * (1 - o.lambd * eta) - eta * g;
  };
}

function ftrl(o: FtrlOptions): Rule {
  return (w, g, _t, lr, s) => {
    const n = s[0] ?? o.initialAccumulatorValue;
    const m = n + g * g;
    const p = -o.learningRatePower;
    const z = (s[1] ?? 0) + g + 2 * o.l2Shrinkage * w - ((m ** p - n ** p) / lr) * w;
    s[0] = m;
    s[1] = z;
    const below = m ** p / lr + 2 * (o.l2 + o.beta / (2 * lr));
    return (Math.min(Math.max(z, -o.l1), o.l1) - z) / below;
  };
}

function scheduleFree(o: ScheduleFreeOptions): Rule {
  const weights: number[] = [];
  let largest = 0;
  return (x, g, t, lr, s) => {
    const eta = lr * (t < o.warmupSteps ? t / o.warmupSteps : 1);
    largest = Math.max(largest, eta);
    weights[t] = t ** o.r * largest ** o.weightLearningRatePower;
    const c = weights[t] / weights.reduce((a, b) => a + b, 0);
    const v = (s[0] = o.beta2 * (s[0] ?? 0) + (1 - o.beta2) * g * g);
    const z = (s[1] ?? x) - (eta * g) / (Math.sqrt(v / (1 - o.beta2 ** t)) + o.epsilon);
    s[1] = z;
    return x + c * (z - x);
  };
}

const length = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));

function lamb(o: LambOptions & CommonOptions): WholeRule {
  return (w, g, t, lr, s) => {
    const u = w.map((x, i) => {
      const m = (s[i]![0] = o.beta1 * (s[i]![0] ?? 0) + (1 - o.beta1) * g[i]!);
      const v = (s[i]![1] = o.beta2 * (s[i]![1] ?? 0) + (1 - o.beta2) * g[i]! ** 2);
      const step = m / (1 - o.beta1 ** t) / (Math.sqrt(v / (1 - o.beta2 ** t)) + o.epsilon);
      const inside = o.decayInTrust && o.weightDecayMode === "decoupled";
      return step + (inside ? o.weightDecay * x : 0);
    });
    const ratio = length(w) > 0 && length(u) > 0 ? length(w) / length(u) : 1;
    return w.map((x, i) => x - lr * ratio * u[i]!);
  };
}

function lars(o: LarsOptions & CommonOptions): WholeRule {
  return (w, given, _t, lr, s) => {
    // The twin has added weight decay to the gradient already.
    const g = given.map((x, i) => x - o.weightDecay * w[i]!);
    const below = length(g) + o.weightDecay * length(w) + o.epsilon;
    const ratio = length(w) > 0 && length(g) > 0 ? (o.trustCoefficient * length(w)) / below : 1;
    return w.map((x, i) => {
      const u = ratio * given[i]!;
      const v = (s[i]![0] = o.momentum * (s[i]![0] ?? 0) + u);
      return x - lr * (o.nesterov ? u + o.momentum * v : v);
    });
  };
}

function adafactor(o: AdafactorOptions): WholeRule {
  const rms = (x: readonly number[]): number => length(x) / Math.sqrt(x.length);
  return (w, g, t, lr, s) => {
    const add = o.epsilonMode === "add";
    const rate = t ** o.beta2Decay;
    const u = g.map((x, i) => {
      const v = (1 - rate) * (s[i]![0] ?? 0) + rate * (x * x + (add ? o.epsilon1 : 0));
      s[i]![0] = v;
      return x === 0 ? 0 : x / Math.sqrt(add ? v : Math.max(v, o.epsilon1 ** 2));
    });
    const rho = o.relativeStep ? Math.min(lr, 1 / Math.sqrt(t)) : lr;
    const alpha = Math.max(o.epsilon2, rms(w)) * rho;
    return w.map((x, i) => x - (alpha * u[i]!) / Math.max(1, rms(u) / o.clipThreshold));
  };
}

/** For vectors: AdamW. */
function muon(o: MuonOptions): Rule {
  return (w, g, t, lr, s) => {
    const m = (s[0] = o.beta1 * (s[0] ?? 0) + (1 - o.beta1) * g);
    const v = (s[1] = o.beta2 * (s[1] ?? 0) + (1 - o.beta2) * g * g);
    const root = Math.sqrt(v / (1 - o.beta2 ** t)) + o.adamEpsilon;
    return w - (lr * o.adamLearningRateScale * (m / (1 - o.beta1 ** t))) / root;
  };
}

const WHOLE: Readonly<Record<string, (o: never) => WholeRule>> = { lamb, lars, adafactor };

const RULES: Readonly<Record<string, (o: never) => Rule>> = {
  adadelta,
  adamax,
  radam,
  lion,
  rprop,
  asgd,
  ftrl,
  scheduleFree,
  muon,
  sgd,
  adagrad,
  rmsprop,
  adam,
  adamW: adam,
  nadam,
};

/** Twin of an optimizer on the parameters w0. */
export function twinOf(optimizer: Optimizer, w0: ArrayLike<number>): Twin {
  const o = optimizer.options as CommonOptions & Partial<SgdOptions & LambOptions>;
  const whole = WHOLE[optimizer.name]?.(o as never);
  const rule = RULES[optimizer.name]?.(o as never);
  const free = optimizer.name === "scheduleFree";
  const beta1 = o.beta1 ?? 0;
  const inside = o.decayInTrust === true;
  const w = Float64Array.from(w0);
  const slots: number[][] = Array.from(w, () => []);
  let t = 0;
  const point = (): Float64Array => {
    if (free) return w.map((x, i) => beta1 * x + (1 - beta1) * (slots[i]![1] ?? x));
    return o.momentumForm === "ema" && o.nesterov
      ? w.map((x, i) => x - o.momentum! * (slots[i]![0] ?? 0))
      : w;
  };
  return {
    w,
    point,
    step: (g, lr = o.learningRate) => {
      t++;
      const at = point();
      const gradient = Array.from(g, (x, i) => {
        const signed = o.maximize ? -x : x;
        const decayed = free ? at[i]! : w[i]!;
        return o.weightDecayMode === "l2" ? signed + o.weightDecay * decayed : signed;
      });
      const all = whole?.([...w], gradient, t, lr, slots);
      for (let i = 0; i < w.length; i++) {
        const before = w[i]!;
        w[i] = all ? all[i]! : rule!(before, gradient[i]!, t, lr, slots[i]!);
        if (o.weightDecayMode === "decoupled" && !inside) {
          w[i]! -= (o.decayScale === "lr" ? lr : 1) * o.weightDecay * before;
        }
      }
    },
  };
}
