import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { draw, truncated } from "./draw.ts";
import { type MomentOptions, checkMoments } from "./moments.ts";

/** Normal whose values beyond two `stddev` from the mean are drawn again, so that their own standard deviation is 0.8796 `stddev`. */
export const truncatedNormal: (
  options?: Partial<MomentOptions & { seed: number | null }>,
) => Initializer = /* @__PURE__ */ defineInitializer<MomentOptions>({
  name: "truncatedNormal",
  defaults: { mean: 0, stddev: 0.05 },
  check: (options) => checkMoments("truncatedNormal", options),
  sample: (shape, { mean, stddev }, random) => draw(shape, () => mean + stddev * truncated(random)),
});
