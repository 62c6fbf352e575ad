import { checkName } from "../errors.ts";
import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { type Distribution, type FanMode, drawScaled } from "./draw.ts";

/** Options of `varianceScaling`. */
export interface VarianceScalingOptions {
  /** Variance times fan, > 0. Default 1. */
  scale: number;
  /** Default "fanIn". */
  mode: FanMode;
  /** Default "truncatedNormal". */
  distribution: Distribution;
}

/**
 * Mean 0 and variance `scale / n`, n the inputs of a unit, its outputs, or their mean. PyTorch's kaiming_normal with
 * slope a is scale `2 / (1 + a^2)` and "untruncatedNormal"; its xavier with a gain is scale `gain^2` and "fanAvg".
 */
export const varianceScaling: (
  options?: Partial<VarianceScalingOptions & { seed: number | null }>,
) => Initializer = /* @__PURE__ */ defineInitializer<VarianceScalingOptions>({
  name: "varianceScaling",
  defaults: { scale: 1, mode: "fanIn", distribution: "truncatedNormal" },
  check: ({ scale, mode, distribution }) => {
    if (!(scale > 0 && scale < Infinity)) {
      throw new RangeError(`varianceScaling: scale must be > 0, got ${String(scale)}`);
    }
    checkName("varianceScaling", "mode", mode, ["fanIn", "fanOut", "fanAvg"]);
    checkName("varianceScaling", "distribution", distribution, [
      "truncatedNormal",
      "untruncatedNormal",
      "uniform",
    ]);
  },
  sample: (shape, { scale, mode, distribution }, random) =>
    drawScaled(shape, random, scale, mode, distribution),
});
