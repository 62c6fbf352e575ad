import { OptionError, checkName, checkOptions, shown, withDefaults } from "../errors.ts";
import type { Address, Scalar } from "../kernels/command.ts";
import { ArrayOptimizer, type ArrayParameters } from "./arrayOptimizer.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Shape } from "../shape.ts";
import type { ClipCells } from "./clip.ts";
import { COMMON_DEFAULTS, type CommonOptions, checkCommon } from "./commonOptions.ts";
import type { Schedule } from "./schedules/defineSchedule.ts";

/** Whose defaults and whose reading of a formula to follow. `seed`: the articles this project began from. */
export type Dialect = "torch" | "keras" | "optax" | "seed";

/** Addresses of one run of parameters: its values, its gradients, and its part of every slot. */
export type OptimizerBuffers<S extends string> = Readonly<Record<"param" | "grad" | S, Address>>;

/** Scalars that `defineOptimizer` writes for every rule, each step. */
export type CommonScalar = "gradSign" | "l2" | "decay";

const COMMON_SCALARS: readonly CommonScalar[] = ["gradSign", "l2", "decay"];

/** What an update of one parameter at a time knows besides addresses. */
export interface UpdateContext {
  readonly shape: Shape;
  /** Cells and tables of the plan. */
  readonly cells: ClipCells;
  /** First byte of the `workspace` that the rule asked for; what it holds is lost between parameters. */
  readonly work: Address;
}

/** Bytes that an update needs while it runs. */
export interface Workspace {
  /** Shared by the threads. */
  readonly work: number;
  /** Of each thread: the largest `scratch` of its kernels. */
  readonly scratch: number;
}

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
  /** Value that a slot starts with, or the parameters' own; 0 if left out. */
  slotInit?(slot: S, options: O & CommonOptions): number | "parameter";
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
    context: UpdateContext,
  ): void;
  /** Whether `emit` is called for each parameter by itself: norms of a layer, matrices. Default false. */
  perParameter?: boolean;
  /** Bytes that `emit` needs for a parameter of this shape; none if left out. */
  workspace?(shape: Shape, options: O & CommonOptions): Workspace;
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
  /** `learningRate` is the first step's where there is a schedule. */
  readonly options: O & CommonOptions;
  /** What the learning rate follows; null: it is constant. */
  readonly schedule: Schedule | null;
  /** With the common scalars among `scalarNames` and written by `scalars`. */
  readonly definition: OptimizerDefinition<O, string, string>;
  /** The optimizer over plain arrays: `const opt = adam().init([w, b]); await opt.step([w, b], [dw, db])`. */
  init(params: readonly Float32Array[], about?: ArrayParameters): ArrayOptimizer;
}

/** Options that a caller may give: any of the rule's, the common ones, and a dialect. */
export type OptimizerOptions<O> = Partial<O & Omit<CommonOptions, "learningRate">> & {
  learningRate?: number | Schedule;
  dialect?: Dialect;
};

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
    const { dialect, learningRate, ...own } = options;
    if (dialect !== undefined) checkName(name, "dialect", dialect, Object.keys(dialects));
    const base = {
      ...COMMON_DEFAULTS,
      ...definition.defaults,
      ...(dialect ? dialects[dialect] : {}),
    };
    const schedule = scheduleOf(name, learningRate);
    const rate = typeof learningRate === "number" ? learningRate : undefined;
    const given = { ...own, learningRate: rate } as Partial<O & CommonOptions>;
    const all = withDefaults<O & CommonOptions>(name, base, given);
    checkCommon(name, all);
    if (schedule) all.learningRate = schedule.at(0);
    definition.check?.(all);
    if (all.gradientAccumulationSteps !== null && definition.looksAhead?.(all)) {
      throw new OptionError(
        `${name}: gradientAccumulationSteps cannot be had where gradients are taken ahead of the weights`,
      );
    }
    const optimizer: Optimizer<O> = {
      name,
      options: all,
      schedule,
      definition: whole,
      init: (params, about) => new ArrayOptimizer(optimizer, params, about),
    };
    return optimizer;
  };
}

/** The schedule that was given; null for a number. @throws OptionError */
function scheduleOf(name: string, given: number | Schedule | undefined): Schedule | null {
  if (given === undefined || typeof given === "number") return null;
  if (typeof given === "object" && typeof given?.at === "function") return given;
  throw new OptionError(
    `${name}: learningRate must be a number or a schedule, got ${shown(given)}${typeof given === "function" ? "; call what makes one: cosineDecay({ ... })" : ""}`,
  );
}

/** Slots that the common options ask for, besides the rule's own. */
function commonSlots(options: CommonOptions): string[] {
  const slots: string[] = [];
  if (options.gradientAccumulationSteps !== null) slots.push("accumulated");
  if (options.useEma || options.swaStart !== null) slots.push("average");
  if (options.lookaheadSteps !== null) slots.push("slow");
  if (options.samRadius !== null) slots.push("center");
  return slots;
}

/** Common slots that start as the parameters. */
const COPIES: ReadonlySet<string> = /* @__PURE__ */ new Set(["average", "slow"]);

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
  return {
    ...definition,
    scalarNames,
    scalars,
    slots: (options) => [...definition.slots(options), ...commonSlots(options)],
    slotInit: (slot: S, options) =>
      COPIES.has(slot) ? "parameter" : (definition.slotInit?.(slot, options) ?? 0),
  } as OptimizerDefinition<O, string, string>;
}
