import { adadelta } from "../../src/optim/adadelta.ts";
import { adagrad } from "../../src/optim/adagrad.ts";
import { adam } from "../../src/optim/adam.ts";
import { adamW } from "../../src/optim/adamW.ts";
import { adamax } from "../../src/optim/adamax.ts";
import { asgd } from "../../src/optim/asgd.ts";
import type { Optimizer, OptimizerFactory } from "../../src/optim/defineOptimizer.ts";
import { nadam } from "../../src/optim/nadam.ts";
import { radam } from "../../src/optim/radam.ts";
import { rmsprop } from "../../src/optim/rmsprop.ts";
import { rprop } from "../../src/optim/rprop.ts";
import { sgd } from "../../src/optim/sgd.ts";

/** Hyperparameters as PyTorch names them. */
export type TorchHyper = Readonly<Record<string, unknown>>;

/** PyTorch's names and ours; a missing hyperparameter is PyTorch 1.13's default, by dialect torch. */
const NAMES: Readonly<Record<string, string>> = {
  lr: "learningRate",
  eps: "epsilon",
  momentum: "momentum",
  dampening: "dampening",
  nesterov: "nesterov",
  weight_decay: "weightDecay",
  maximize: "maximize",
  amsgrad: "amsgrad",
  rho: "rho",
  lambd: "lambd",
  t0: "t0",
  centered: "centered",
  lr_decay: "learningRateDecay",
  initial_accumulator_value: "initialAccumulatorValue",
  momentum_decay: "momentumDecay",
  mCorrection: "mCorrection",
};

/** How PyTorch runs the same arithmetic. */
const IGNORED: readonly string[] = ["foreach", "capturable", "differentiable", "fused"];

function translate(
  hyper: TorchHyper,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const options: Record<string, unknown> = { dialect: "torch" };
  for (const [name, value] of Object.entries(hyper)) {
    if (IGNORED.includes(name)) continue;
    if (name === "betas") {
      const [beta1, beta2] = value as [number, number];
      Object.assign(options, { beta1, beta2 });
    } else if (name === "decoupled_weight_decay") {
      options.weightDecayMode = value ? "decoupled" : "l2";
    } else if (name === "etas" || name === "step_sizes") {
      const [low, high] = value as [number, number];
      const etas = name === "etas";
      Object.assign(
        options,
        etas ? { etaMinus: low, etaPlus: high } : { minimumStep: low, maximumStep: high },
      );
    } else if (names[name] === undefined) {
      throw new TypeError(`torchOptimizer: unknown hyperparameter "${name}"`);
    } else {
      options[names[name]] = value;
    }
  }
  return options;
}

const from =
  <O>(factory: OptimizerFactory<O>, own: Readonly<Record<string, string>> = {}) =>
  (hyper: TorchHyper): Optimizer =>
    factory(translate(hyper, { ...NAMES, ...own }) as Parameters<typeof factory>[0]);

/** The golden trajectories are of PyTorch 1.13, whose NAdam counts a momentum twice. */
const TORCH_1_13: TorchHyper = { mCorrection: "torch-1.13" };

/** Ours by PyTorch's class name. */
export const TORCH_OPTIMIZERS: Readonly<Record<string, (hyper: TorchHyper) => Optimizer>> = {
  SGD: from(sgd),
  Adam: from(adam),
  AdamW: from(adamW),
  RMSprop: from(rmsprop, { alpha: "rho" }),
  RAdam: from(radam),
  Adamax: from(adamax),
  Adadelta: from(adadelta),
  Rprop: from(rprop),
  ASGD: from(asgd, { alpha: "alpha" }),
  Adagrad: from(adagrad),
  NAdam: (hyper) => from(nadam)({ ...hyper, ...TORCH_1_13 }),
};
