import { OptionError, checkName, checkOptions } from "../errors.ts";

/** Parameters with a learning rate and decay of their own, chosen by name: `dense/bias`. */
export interface ParameterGroup {
  readonly match: RegExp | ((name: string) => boolean);
  /** What their learning rate is multiplied by, >= 0. Default 1. */
  readonly learningRateScale?: number;
  /** In place of the optimizer's. */
  readonly weightDecay?: number;
}

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
  /**
   * Scale the gradient of each output unit so that its norm is at most this fraction of the norm of the
   * unit's weights (adaptive clipping: Brock et al. 2021, arXiv:2102.06171); null: do not.
   */
  adaptiveClip: number | null;
  /** Keep the norm of all gradients before clipping: `gradientNorm` in the history of `fit`. Default false. */
  gradientNorm: boolean;
  /** Root of the sum of squares, sum of magnitudes, or largest magnitude. Default `l2`. */
  clipNormType: "l2" | "l1" | "max";
  /** Parameters that are treated differently; the first group that matches a name counts. Default none. */
  groups: readonly ParameterGroup[];
  /** Update once in so many batches, with the mean of their gradients; null: at each. */
  gradientAccumulationSteps: number | null;
  /** Keep a moving average of the weights: evaluated by `fit`, and taken over at its end. Default false. */
  useEma: boolean;
  /** Decay rate of that average, in [0, 1). Default .99. */
  emaMomentum: number;
  /** Replace the weights by their average every so many steps; null: only at the end of `fit`. */
  emaOverwriteFrequency: number | null;
  /**
   * Step from which the plain mean of the weights is kept and used likewise (SWA), batch normalization's running
   * statistics made anew for it by one more pass; null: do not.
   */
  swaStart: number | null;
  /** Steps from one point of that mean to the next. Default 1. */
  swaFrequency: number;
  /** Look-ahead: every so many steps, go back along the way to the slow weights; null: do not. */
  lookaheadSteps: number | null;
  /** What part of the way the slow weights go, in (0, 1]. Default .5. */
  lookaheadRate: number;
  /** Take the gradient at the worst point so far from the weights (SAM): twice the work; null: do not. */
  samRadius: number | null;
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
  adaptiveClip: null,
  gradientNorm: false,
  groups: [],
  gradientAccumulationSteps: null,
  useEma: false,
  emaMomentum: 0.99,
  emaOverwriteFrequency: null,
  swaStart: null,
  swaFrequency: 1,
  lookaheadSteps: null,
  lookaheadRate: 0.5,
  samRadius: null,
};

/** Checks the common options. @throws RangeError, OptionError */
export function checkCommon(name: string, options: CommonOptions): void {
  checkNumber(name, options, "learningRate", "> 0");
  checkNumber(name, options, "weightDecay", ">= 0");
  checkChoice(name, options, "weightDecayMode", ["decoupled", "l2"]);
  checkChoice(name, options, "decayScale", ["lr", "none"]);
  checkChoice(name, options, "weightDecayOn", ["all", "kernels"]);
  checkChoice(name, options, "globalClipMode", ["exact", "torch"]);
  checkChoice(name, options, "clipNormType", ["l2", "l1", "max"]);
  const positive = [
    "clipValue",
    "clipNorm",
    "globalClipNorm",
    "adaptiveClip",
    "samRadius",
  ] as const;
  for (const key of positive) if (options[key] !== null) checkNumber(name, options, key, "> 0");
  const counts = [
    "gradientAccumulationSteps",
    "emaOverwriteFrequency",
    "swaStart",
    "swaFrequency",
    "lookaheadSteps",
  ] as const;
  for (const key of counts) {
    const value = options[key];
    if (value !== null && !(Number.isInteger(value) && value >= 1))
      throw new RangeError(`${name}: ${key} must be a whole number >= 1, got ${String(value)}`);
  }
  checkNumber(name, options, "emaMomentum", "[0, 1)");
  checkNumber(name, options, "lookaheadRate", "(0, 1]");
  if (options.useEma && options.swaStart !== null)
    throw new OptionError(`${name}: useEma and swaStart each keep an average; choose one`);
  for (const group of options.groups) checkGroup(name, group);
}

function checkGroup(name: string, group: ParameterGroup): void {
  const known = ["match", "learningRateScale", "weightDecay"];
  checkOptions(`${name}: groups`, group, known);
  for (const key of Object.keys(group)) checkName(`${name}: groups`, "option", key, known);
  if (!(group.match instanceof RegExp) && typeof group.match !== "function")
    throw new OptionError(
      `${name}: groups need match: a regular expression or a function of the name`,
    );
  for (const key of ["learningRateScale", "weightDecay"] as const)
    if (group[key] !== undefined) checkNumber(`${name}: groups`, group, key, ">= 0");
}

type Range = "> 0" | "(0, 1]" | ">= 0" | "[0, 1)" | "[0, Infinity]";

/** Ranges in which an option may have to lie, as they stand in the message. */
const RANGES: Readonly<Record<Range, { text: string; holds: (x: number) => boolean }>> = {
  "> 0": { text: "be > 0", holds: (x) => x > 0 && x < Infinity },
  ">= 0": { text: "be >= 0", holds: (x) => x >= 0 && x < Infinity },
  "(0, 1]": { text: "lie in (0, 1]", holds: (x) => x > 0 && x <= 1 },
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
