import { withDefaults } from "../errors.ts";
import type { Address, Scalar } from "../kernels/command.ts";
import type { Kernels } from "../kernels/table.gen.ts";

/** Addresses of one run of parameters: its values, its gradients, and its part of every slot. */
export type OptimizerBuffers<S extends string> = Readonly<Record<"param" | "grad" | S, Address>>;

/** Options that every optimizer has besides its own. */
export interface CommonOptions {
  /** Step size, > 0. */
  learningRate: number;
  /** Clamp every gradient element to [-clipValue, clipValue]; null: do not. */
  clipValue: number | null;
  /** Scale a parameter's gradient so that its L2 norm is at most this; null: do not. */
  clipNorm: number | null;
  /** Scale all gradients so that their common L2 norm is at most this; null: do not. */
  globalClipNorm: number | null;
  /** `exact` multiplies by max / norm; `torch` by max / (norm + 1e-6). */
  globalClipMode: "exact" | "torch";
}

/** Defaults of the options that every optimizer has. */
export const COMMON_DEFAULTS: Omit<CommonOptions, "learningRate"> = {
  clipValue: null,
  clipNorm: null,
  globalClipNorm: null,
  globalClipMode: "exact",
};

/** One update rule: its options, its slots, its scalars once a step, and its fused kernel. */
export interface OptimizerDefinition<O extends { learningRate: number }, S extends string> {
  /** camelCase, as in `optimizer: "adam"`. */
  name: string;
  /** The full set of options with the default ("pick") values. */
  defaults: O;
  /** Options that a dialect sets, by dialect's name. */
  dialects?: Readonly<Record<string, Partial<O>>>;
  /** Checks options. Called once; throws OptionError or RangeError. */
  check?: (options: O) => void;
  /** State arrays as long as the parameters, in the order in which they are kept. */
  slots: (options: O) => readonly S[];
  /** Value that a slot starts with; 0 if left out. */
  slotInit?: (slot: S, options: O) => number;
  /** Names of the f32 scalars that `scalars` writes and `emit` reads. */
  scalarNames: readonly string[];
  /**
   * Writes the scalars of step `t` (from 1) in f64. `options.learningRate` is the rate of this step.
   * `state` holds numbers that the rule itself carries from step to step (Nadam's product of momenta).
   */
  scalars: (options: O, t: number, out: Record<string, number>, state: Record<string, number>) => void;
  /** Initial `state`. */
  state?: Record<string, number>;
  /** Writes the fused update of `size` elements. `s.gradScale` is the clip factor (1 without clipping). */
  emit: (
    k: Kernels,
    buffers: OptimizerBuffers<S>,
    s: Readonly<Record<string, Scalar>> & { gradScale: Scalar },
    size: number,
    options: O,
  ) => void;
  /** Writes what must happen to the parameters before the forward pass (a look-ahead). */
  before?: (
    k: Kernels,
    buffers: OptimizerBuffers<S>,
    s: Readonly<Record<string, Scalar>>,
    size: number,
    options: O,
  ) => void;
}

/** An optimizer with its options: what `compile` takes. */
export interface Optimizer<O extends { learningRate: number } = { learningRate: number }> {
  readonly name: string;
  readonly options: O & CommonOptions;
  readonly definition: OptimizerDefinition<O, string>;
}

/** Options that a caller may give: any of the rule's, the common ones, and a dialect. */
export type OptimizerOptions<O> = Partial<O & CommonOptions> & { dialect?: string };

/**
 * A factory from an update rule: `adam({ learningRate: 1e-3 })`.
 *
 * @throws OptionError on an option or dialect that the rule does not have
 */
export function defineOptimizer<O extends { learningRate: number }, S extends string>(
  definition: OptimizerDefinition<O, S>,
): (options?: OptimizerOptions<O>) => Optimizer<O> {
  return (options = {}) => {
    const { dialect, ...own } = options;
    const dialects = definition.dialects ?? {};
    if (dialect !== undefined && !(dialect in dialects)) {
      withDefaults(`${definition.name}: dialect`, dialects, { [dialect]: {} });
    }
    const base = { ...COMMON_DEFAULTS, ...definition.defaults, ...(dialect ? dialects[dialect] : {}) };
    const all = withDefaults<O & CommonOptions>(
      definition.name,
      base as O & CommonOptions,
      own as Partial<O & CommonOptions>,
    );
    definition.check?.(all);
    return { name: definition.name, options: all, definition: definition as OptimizerDefinition<O, string> };
  };
}
