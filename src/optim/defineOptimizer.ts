import { checkName, checkOptions, withDefaults } from "../errors.ts";
import type { Address, Scalar } from "../kernels/command.ts";
import { ArrayOptimizer } from "./arrayOptimizer.ts";
import type { Kernels } from "../kernels/table.gen.ts";

/** Whose defaults and whose reading of a formula to follow. `seed`: the articles this project began from. */
export type Dialect = "torch" | "keras" | "optax" | "seed";

/** Addresses of one run of parameters: its values, its gradients, and its part of every slot. */
export type OptimizerBuffers<S extends string> = Readonly<Record<"param" | "grad" | S, Address>>;

/** Options that every optimizer has besides its own. */
export interface CommonOptions {
  /** Step size, > 0. Default: the rule's own. */
  learningRate: number;
  /** Climb instead of descend. Default false. */
  maximize: boolean;
  /** Strength of the pull of the weights to 0, >= 0. Default 0, AdamW .01. */
  weightDecay: number;
  /**
   * `decoupled` shrinks the weights beside the step; `l2` adds weightDecay w to the gradient (PyTorch's
   * Adam and SGD). Keras's `l2(x)` regularizer is `l2` with 2x. Default `decoupled`.
   */
  weightDecayMode: "decoupled" | "l2";
  /** What decoupled decay is multiplied by: the learning rate, or nothing. Default `lr`. */
  decayScale: "lr" | "none";
  /** What weight decay reaches: every parameter, or kernels only (no biases, no norm parameters). Default `all`. */
  weightDecayOn: "all" | "kernels";
  /** Clamp every gradient element to [-clipValue, clipValue]; null: do not. */
  clipValue: number | null;
  /** Scale a parameter's gradient so that its norm is at most this; null: do not. */
  clipNorm: number | null;
  /** Scale all gradients so that their common norm is at most this; null: do not. */
  globalClipNorm: number | null;
  /** `exact` multiplies by max / norm; `torch` by max / (norm + 1e-6), at most 1. */
  globalClipMode: "exact" | "torch";
  /** Root of the sum of squares, sum of magnitudes, or largest magnitude. Default `l2`. */
  clipNormType: "l2" | "l1" | "max";
}

/** Defaults of the options that every optimizer has. */
export const COMMON_DEFAULTS: Omit<CommonOptions, "learningRate"> = {
  maximize: false,
  weightDecay: 0,
  weightDecayMode: "decoupled",
  decayScale: "lr",
  weightDecayOn: "all",
  clipValue: null,
  clipNorm: null,
  globalClipNorm: null,
  globalClipMode: "exact",
  clipNormType: "l2",
};

/** Scalars that `defineOptimizer` writes for every rule, each step. */
export type CommonScalar = "gradSign" | "l2" | "decay";

const COMMON_SCALARS: readonly CommonScalar[] = ["gradSign", "l2", "decay"];

/** A rule's own options and the common ones that it gives other defaults. */
export type RuleOptions<O> = O & Partial<CommonOptions> & { learningRate: number };

/**
 * One update rule: its options, its slots, its scalars once a step, and its fused kernel.
 * O: its own options. S: names of its slots. N: names of its own scalars. Methods, not function
 * properties: so an `Optimizer<AdamOptions>` is an `Optimizer`, for a function that takes any.
 */
export interface OptimizerDefinition<O, S extends string, N extends string> {
  /** camelCase, as in `optimizer: "adam"`. */
  name: string;
  /** Its own options with the default ("pick") values, and common ones where they differ. */
  defaults: RuleOptions<O>;
  /** Options that a dialect sets, by dialect's name. */
  dialects: Readonly<Record<Dialect, Partial<RuleOptions<O>>>>;
  /** Checks its own options. Called once; throws OptionError or RangeError. */
  check?(options: O & CommonOptions): void;
  /** State arrays as long as the parameters, in the order in which they are kept. */
  slots(options: O & CommonOptions): readonly S[];
  /** Value that a slot starts with; 0 if left out. */
  slotInit?(slot: S, options: O & CommonOptions): number;
  /** Names of the f32 scalars that `scalars` writes; `emit` reads these, the common ones and gradScale. */
  scalarNames: readonly N[];
  /**
   * Writes the scalars of step `t` (from 1) in f64. `options.learningRate` is the rate of this step.
   * `state` holds numbers that the rule itself carries from step to step (Nadam's product of momenta):
   * one record for each run of parameters with a step count of its own, kept in checkpoints.
   */
  scalars(
    options: O & CommonOptions,
    t: number,
    out: Record<N, number>,
    state: Record<string, number>,
  ): void;
  /** Initial `state`. */
  state?: Record<string, number>;
  /**
   * Writes the fused update of `size` elements. `s.gradScale` is the clip factor (1 without clipping).
   * A slot that the options do not ask for has address undefined.
   */
  emit(
    k: Kernels,
    buffers: OptimizerBuffers<S>,
    s: Readonly<Record<N | CommonScalar | "gradScale", Scalar>>,
    size: number,
    options: O & CommonOptions,
  ): void;
  /** Whether the options ask for `before`; false if left out. */
  looksAhead?(options: O & CommonOptions): boolean;
  /**
   * Writes what must happen to the parameters before the forward pass (a look-ahead). It runs once
   * before the gradients of an update, and the update undoes it: between steps the parameters are true.
   */
  before?(
    k: Kernels,
    buffers: OptimizerBuffers<S>,
    s: Readonly<Record<N | CommonScalar, Scalar>>,
    size: number,
    options: O & CommonOptions,
  ): void;
}

/** An optimizer with its options: what `compile` takes. */
export interface Optimizer<O = object> {
  readonly name: string;
  readonly options: O & CommonOptions;
  /** With the common scalars among `scalarNames` and written by `scalars`. */
  readonly definition: OptimizerDefinition<O, string, string>;
  /** The optimizer over plain arrays: `const opt = adam().init([w, b]); await opt.step([w, b], [dw, db])`. */
  init(params: readonly Float32Array[]): ArrayOptimizer;
}

/** Options that a caller may give: any of the rule's, the common ones, and a dialect. */
export type OptimizerOptions<O> = Partial<O & CommonOptions> & { dialect?: Dialect };

/** Makes an optimizer from options: `adam`, `sgd`. */
export type OptimizerFactory<O> = (options?: OptimizerOptions<O>) => Optimizer<O>;

/**
 * A factory from an update rule: `adam({ learningRate: 1e-3 })`. Options win over the dialect's, and the
 * dialect's over the defaults.
 *
 * @throws OptionError on an option, dialect or choice that the rule does not have
 * @throws RangeError on a number out of its range
 */
export function defineOptimizer<O extends object, S extends string, N extends string>(
  definition: OptimizerDefinition<O, S, N>,
): OptimizerFactory<O> {
  const whole = withCommonScalars(definition);
  return (options = {}) => {
    const { name, dialects } = definition;
    checkOptions(name, options, [
      "dialect",
      ...Object.keys(definition.defaults),
      ...Object.keys(COMMON_DEFAULTS),
    ]);
    const { dialect, ...own } = options;
    if (dialect !== undefined) checkName(name, "dialect", dialect, Object.keys(dialects));
    const base = {
      ...COMMON_DEFAULTS,
      ...definition.defaults,
      ...(dialect ? dialects[dialect] : {}),
    };
    const all = withDefaults<O & CommonOptions>(name, base, own as Partial<O & CommonOptions>);
    checkCommon(name, all);
    definition.check?.(all);
    const optimizer: Optimizer<O> = {
      name,
      options: all,
      definition: whole,
      init: (params) => new ArrayOptimizer(optimizer, params),
    };
    return optimizer;
  };
}

function withCommonScalars<O, S extends string, N extends string>(
  definition: OptimizerDefinition<O, S, N>,
): OptimizerDefinition<O, string, string> {
  const scalars: typeof definition.scalars = (options, t, out, state) => {
    const common: Record<string, number> = out;
    const { learningRate, weightDecay, weightDecayMode, decayScale } = options;
    const l2 = weightDecayMode === "l2";
    common.gradSign = options.maximize ? -1 : 1;
    common.l2 = l2 ? weightDecay : 0;
    common.decay = l2 ? 0 : decayScale === "lr" ? learningRate * weightDecay : weightDecay;
    definition.scalars(options, t, out, state);
  };
  const scalarNames = [...COMMON_SCALARS, ...definition.scalarNames];
  return { ...definition, scalarNames, scalars } as OptimizerDefinition<O, string, string>;
}

function checkCommon(name: string, options: CommonOptions): void {
  checkNumber(name, options, "learningRate", "> 0");
  checkNumber(name, options, "weightDecay", ">= 0");
  checkChoice(name, options, "weightDecayMode", ["decoupled", "l2"]);
  checkChoice(name, options, "decayScale", ["lr", "none"]);
  checkChoice(name, options, "weightDecayOn", ["all", "kernels"]);
  checkChoice(name, options, "globalClipMode", ["exact", "torch"]);
  checkChoice(name, options, "clipNormType", ["l2", "l1", "max"]);
  for (const key of ["clipValue", "clipNorm", "globalClipNorm"] as const) {
    if (options[key] !== null) checkNumber(name, options, key, "> 0");
  }
}

type Range = "> 0" | ">= 0" | "[0, 1)" | "[0, Infinity]";

/** Ranges in which an option may have to lie, as they stand in the message. */
const RANGES: Readonly<Record<Range, { text: string; holds: (x: number) => boolean }>> = {
  "> 0": { text: "be > 0", holds: (x) => x > 0 && x < Infinity },
  ">= 0": { text: "be >= 0", holds: (x) => x >= 0 && x < Infinity },
  "[0, 1)": { text: "lie in [0, 1)", holds: (x) => x >= 0 && x < 1 },
  "[0, Infinity]": { text: "lie in [0, Infinity]", holds: (x) => x >= 0 },
};

/** @throws RangeError `adam: beta1 must lie in [0, 1), got 1.5` */
export function checkNumber<T>(
  name: string,
  options: T,
  key: keyof T & string,
  range: Range,
): void {
  const value: unknown = options[key];
  const { text, holds } = RANGES[range];
  if (typeof value !== "number" || !holds(value)) {
    throw new RangeError(`${name}: ${key} must ${text}, got ${String(value)}`);
  }
}

/** @throws OptionError `adam: unknown epsilonMode "inside"; known: outside, hat` */
export function checkChoice<T>(
  name: string,
  options: T,
  key: keyof T & string,
  choices: readonly string[],
): void {
  checkName(name, key, String(options[key]), choices);
}
