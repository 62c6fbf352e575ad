import { EngineError, OptionError, checkName, shown } from "../errors.ts";
import type { LabelKind } from "../ops/perSample.ts";
import type { Shape } from "../shape.ts";
import type { MetricName } from "./catalogue.gen.ts";
import type { Metric } from "./defineMetric.ts";
import { first, later } from "./first.gen.ts";

/** A metric by name or as a definition; "accuracy" is the one that suits the loss. */
export type MetricLike = MetricName | "accuracy" | Metric;

/** Metrics by name: those of the first download, and all once one of the others was asked for. */
let known: Readonly<Record<string, () => Metric>> = first;

/** A metric of which it is known what labels it takes. */
function standIn(name: keyof typeof later): Metric {
  const missing = (): never => {
    throw new EngineError(`metric "${name}": is not loaded yet; give it as metrics.${name}()`);
  };
  return { kind: name, options: {}, labels: later[name], terms: missing, result: missing };
}

/** Loads what few models are measured by, where these are given by name and not all known yet. */
export async function loadMetrics(given: readonly MetricLike[]): Promise<void> {
  if (given.some((one) => typeof one === "string" && one in later) && known === first)
    known = (await import("./catalogue.gen.ts")).metrics;
}

/** A metric by name. @throws OptionError for an unknown one */
function metricNamed(name: string): Metric {
  checkName("compile", "metric", name, [
    ...[...Object.keys(first), ...Object.keys(later)].sort(),
    "accuracy",
  ]);
  return known[name]?.() ?? standIn(name as keyof typeof later);
}

/** A metric under the name that the results carry. */
export interface NamedMetric {
  readonly name: string;
  readonly metric: Metric;
}

/**
 * Metrics for a loss with these labels and an output of this shape.
 *
 * @throws OptionError for an unknown name, or a metric whose labels are not the loss's
 */
export function metricsFor(
  given: readonly MetricLike[],
  labels: LabelKind,
  output: Shape,
): NamedMetric[] {
  return given.map((one) => {
    if (typeof one !== "string" && typeof one?.kind !== "string") {
      throw new OptionError(
        `compile: a metric must be a name or a definition, got ${shown(one)}; call it if it makes one`,
      );
    }
    const name = typeof one === "string" ? one : one.kind;
    const accuracy =
      labels === "indices"
        ? "sparseCategoricalAccuracy"
        : output.at(-1) === 1
          ? "binaryAccuracy"
          : "categoricalAccuracy";
    const metric = typeof one === "string" ? metricNamed(one === "accuracy" ? accuracy : one) : one;
    if (metric.labels !== "any" && metric.labels !== labels) {
      throw new OptionError(
        `compile: metric "${name}" needs ${describe(metric.labels)}, but the loss takes ${describe(labels)}; choose another metric or loss`,
      );
    }
    return { name, metric };
  });
}

function describe(labels: LabelKind): string {
  return labels === "indices" ? "integer labels" : "values shaped like the output";
}
