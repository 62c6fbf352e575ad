import { binaryMatch } from "../ops/binaryMatch.ts";
import { meanPerSample } from "../ops/perSample.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Options of `binaryAccuracy`. */
export interface BinaryAccuracyOptions {
  /** Outputs above it count as 1. Default 0.5; 0 for logits. */
  threshold: number;
}

/** Share of outputs on the right side of the threshold; a sample's outputs are averaged. Targets are 0 or 1. */
export const binaryAccuracy: (options?: Partial<BinaryAccuracyOptions>) => Metric =
  /* @__PURE__ */ defineMetric<BinaryAccuracyOptions>({
    name: "binaryAccuracy",
    defaults: { threshold: 0.5 },
    labels: "values",
    terms: (target, output, { threshold }) => [
      meanPerSample(binaryMatch(output, target, { threshold })),
    ],
    result: ([correct], weight) => correct! / weight,
  });
