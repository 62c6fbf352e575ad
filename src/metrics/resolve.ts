import { OptionError, shown } from "../errors.ts";
import { byName } from "../names.ts";
import type { LabelKind } from "../ops/perSample.ts";
import type { Shape } from "../shape.ts";
import { type MetricName, metrics } from "./catalogue.gen.ts";
import type { Metric } from "./defineMetric.ts";

/** A metric by name or as a definition; "accuracy" is the one that suits the loss. */
export type MetricLike = MetricName | "accuracy" | Metric;

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
    const metric =
      typeof one === "string"
        ? byName("compile", "metric", { ...metrics, accuracy: metrics[accuracy] }, one)()
        : one;
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
