import { OptionError, checkName, checkOptions, shown } from "../errors.ts";
import { type LossName, losses } from "../losses/catalogue.gen.ts";
import type { Loss } from "../losses/defineLoss.ts";
import { type MetricLike, type NamedMetric, loadMetrics, metricsFor } from "../metrics/resolve.ts";
import { byName } from "../names.ts";
import type { OptimizerName } from "../optim/catalogue.gen.ts";
import { optimizerNamed, withRule } from "../optim/byName.ts";
import type { Optimizer } from "../optim/defineOptimizer.ts";
import type { DType, Shape } from "../shape.ts";
import type { Topology } from "./topology.ts";

/** A loss by name or as a definition; null: the output is not trained on. */
export type LossLike = LossName | Loss | null;

/** One thing for each output: by the output's name, or in the order of the outputs. */
export type PerOutput<T> = readonly T[] | Readonly<Record<string, T>>;

/** What `compile` takes. */
export interface CompileOptions {
  optimizer: OptimizerName | Optimizer;
  /** Of the output, or of each output. */
  loss: LossName | Loss | PerOutput<LossLike>;
  /** Factor of each output's loss in the sum that is trained on. Default 1 each. */
  lossWeights?: PerOutput<number>;
  /** Of the output; of several outputs, lists by the outputs' names. Default none. */
  metrics?: readonly MetricLike[] | PerOutput<readonly MetricLike[]>;
}

/** What a compiled model trains towards: as `compile` was told, names replaced by definitions. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss | PerOutput<Loss | null>;
  readonly lossWeights: PerOutput<number> | null;
  readonly metrics: readonly MetricLike[] | PerOutput<readonly MetricLike[]>;
}

/** An output with a loss. */
export interface Head {
  /** Name of the output. */
  readonly name: string;
  /** Index among the outputs. */
  readonly output: number;
  readonly loss: Loss;
  readonly lossWeight: number;
  readonly labels: { readonly dtype: DType; readonly shape: Shape };
  readonly metrics: readonly NamedMetric[];
}

/** Losses and metrics of a step. */
export interface Objective {
  readonly heads: readonly Head[];
  /** Whether each sample has a weight. */
  readonly weighted: boolean;
}

/** Whether a value is a plain object with one entry a name. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

/** Whether a loss is that of the only output: a name, or something of a kind. */
export function isLoss<L extends string | { readonly kind: string }, R>(
  value: L | PerOutput<R>,
): value is L {
  // An output may be called "kind": what has options besides is a definition.
  return typeof value === "string" || (isRecord(value) && "kind" in value && "options" in value);
}

/** Whether metrics are those of the only output. */
export function isFlat<M>(
  metrics: readonly M[] | PerOutput<readonly M[]>,
): metrics is readonly M[] {
  return Array.isArray(metrics) && !metrics.some((m) => Array.isArray(m));
}

function lossOf(loss: LossLike): Loss | null {
  if (loss === null) return null;
  if (typeof loss === "function") {
    throw new OptionError(
      "compile: loss must be a name or a definition, got a function; call it if it makes one: huber()",
    );
  }
  return typeof loss === "string" ? byName("compile", "loss", losses, loss)() : loss;
}

/** Each part of what is given by output. */
export function mapOutputs<T, R>(given: PerOutput<T>, f: (one: T) => R): PerOutput<R> {
  if (Array.isArray(given)) return given.map(f);
  return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, f(one as T)]));
}

/** Resolves names. @throws OptionError on unknown names and options */
export function compiledFrom(options: CompileOptions): Compiled {
  const known = ["optimizer", "loss", "lossWeights", "metrics"];
  checkOptions("compile", options, known);
  for (const name of Object.keys(options)) checkName("compile", "option", name, known);
  const { optimizer, loss, lossWeights = null, metrics = [] } = options;
  if (typeof optimizer === "function") {
    throw new OptionError(
      "compile: optimizer must be a name or a definition, got a function; call it if it makes one: adam()",
    );
  }
  if (typeof optimizer !== "string" && typeof optimizer?.definition !== "object") {
    throw new OptionError(
      `compile: optimizer must be a name or a definition, got ${shown(optimizer)}; "adam", or adam({ ... })`,
    );
  }
  if (
    typeof loss !== "string" &&
    typeof loss !== "function" &&
    (typeof loss !== "object" || loss === null)
  ) {
    throw new OptionError(
      `compile: loss must be a name or a definition, got ${shown(loss)}; "meanSquaredError", or one for each output`,
    );
  }
  if (typeof metrics !== "object" || metrics === null)
    throw new OptionError(`compile: metrics must be a list, got ${shown(metrics)}`);
  return {
    optimizer: typeof optimizer === "string" ? optimizerNamed(optimizer) : optimizer,
    loss: isLoss(loss) || typeof loss === "function" ? lossOf(loss)! : mapOutputs(loss, lossOf),
    lossWeights,
    metrics: Array.isArray(metrics) ? [...(metrics as readonly MetricLike[])] : metrics,
  };
}

/** The same with all definitions that were given by name: what few pages have is loaded now. */
export async function loaded(compiled: Compiled): Promise<Compiled> {
  const metrics = Object.values(compiled.metrics).flat() as readonly MetricLike[];
  const [optimizer] = await Promise.all([withRule(compiled.optimizer), loadMetrics(metrics)]);
  return optimizer === compiled.optimizer ? compiled : { ...compiled, optimizer };
}

/** One value for each output. @throws OptionError for a name that no output has, or another number of values */
function perOutput<T>(
  what: string,
  given: PerOutput<T>,
  names: readonly string[],
  missing: T,
): readonly T[] {
  if (Array.isArray(given)) {
    if (given.length === names.length) return given;
    throw new OptionError(
      `compile: ${what} must hold one value for each output (${names.join(", ")}), got ${given.length}`,
    );
  }
  for (const name of Object.keys(given)) checkName("compile", `output in ${what}`, name, names);
  const byOutput = given as Readonly<Record<string, T>>;
  return names.map((name) => byOutput[name] ?? missing);
}

/** The heads of a model: its outputs that have a loss, with their metrics. @throws OptionError */
export function headsOf(
  { loss, lossWeights, metrics }: Compiled,
  { outputs, outputNames }: Topology,
): Head[] {
  const single = outputs.length === 1;
  if (isLoss(loss) && !single) {
    throw new OptionError(
      `compile: loss must name one for each output of a model with several: { ${outputNames.map((n) => `${n}: ...`).join(", ")} }`,
    );
  }
  const all = isLoss(loss) ? [loss as Loss] : perOutput("loss", loss, outputNames, null);
  const weights = perOutput<number>("lossWeights", lossWeights ?? {}, outputNames, 1);
  const flat = isFlat(metrics);
  if (flat && metrics.length > 0 && !single) {
    throw new OptionError(
      `compile: metrics must be lists by output of a model with several: { ${outputNames[0]}: ["accuracy"] }`,
    );
  }
  const lists: readonly (readonly MetricLike[])[] = flat
    ? outputs.map(() => (single ? metrics : []))
    : perOutput("metrics", metrics, outputNames, []);
  const heads: Head[] = [];
  all.forEach((one, i) => {
    const name = outputNames[i]!;
    if (!one) {
      if (lists[i]!.length > 0)
        throw new OptionError(`compile: output "${name}" has metrics but no loss; give it one`);
      return;
    }
    const { shape } = outputs[i]!;
    heads.push({
      name,
      output: i,
      loss: one,
      lossWeight: weights[i]!,
      labels:
        one.labels === "indices"
          ? { dtype: "int32", shape: shape.slice(0, -1) }
          : { dtype: "float32", shape },
      metrics: metricsFor(lists[i]!, one.labels, shape),
    });
  });
  if (heads.length === 0)
    throw new OptionError("compile: no output has a loss; give at least one output a loss");
  return heads;
}
