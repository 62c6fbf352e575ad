import { adagrad } from "../../src/optim/adagrad.ts";
import { adam } from "../../src/optim/adam.ts";
import { adamw } from "../../src/optim/adamw.ts";
import type { Optimizer, OptimizerFactory } from "../../src/optim/defineOptimizer.ts";
import { nadam } from "../../src/optim/nadam.ts";
import { rmsprop } from "../../src/optim/rmsprop.ts";
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
  alpha: "rho",
  centered: "centered",
  lr_decay: "learningRateDecay",
  initial_accumulator_value: "initialAccumulatorValue",
  momentum_decay: "momentumDecay",
  mCorrection: "mCorrection",
};

/** How PyTorch runs the same arithmetic. */
const IGNORED: readonly string[] = ["foreach", "capturable", "differentiable", "fused"];

function translate(hyper: TorchHyper): Record<string, unknown> {
  const options: Record<string, unknown> = { dialect: "torch" };
  for (const [name, value] of Object.entries(hyper)) {
    if (IGNORED.includes(name)) continue;
    if (name === "betas") {
      const [beta1, beta2] = value as [number, number];
      Object.assign(options, { beta1, beta2 });
    } else if (name === "decoupled_weight_decay") {
      options.weightDecayMode = value ? "decoupled" : "l2";
    } else if (NAMES[name] === undefined) {
      throw new TypeError(`torchOptimizer: unknown hyperparameter "${name}"`);
    } else {
      options[NAMES[name]] = value;
    }
  }
  return options;
}

const from =
  <O>(factory: OptimizerFactory<O>) =>
  (hyper: TorchHyper): Optimizer =>
    factory(translate(hyper) as Parameters<typeof factory>[0]);

/** The golden trajectories are of PyTorch 1.13, whose NAdam counts a momentum twice. */
const TORCH_1_13: TorchHyper = { mCorrection: "torch-1.13" };

/** Ours by PyTorch's class name. */
export const TORCH_OPTIMIZERS: Readonly<Record<string, (hyper: TorchHyper) => Optimizer>> = {
  SGD: from(sgd),
  Adam: from(adam),
  AdamW: from(adamw),
  RMSprop: from(rmsprop),
  Adagrad: from(adagrad),
  NAdam: (hyper) => from(nadam)({ ...hyper, ...TORCH_1_13 }),
};
