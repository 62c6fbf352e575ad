import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { draw } from "./draw.ts";
import { type MomentOptions, checkMoments } from "./moments.ts";

/** Normal with a mean and a standard deviation. */
export const randomNormal: (
  options?: Partial<MomentOptions & { seed: number | null }>,
) => Initializer = /* @__PURE__ */ defineInitializer<MomentOptions>({
  name: "randomNormal",
  defaults: { mean: 0, stddev: 0.05 },
  check: (options) => checkMoments("randomNormal", options),
  sample: (shape, { mean, stddev }, random) => draw(shape, () => mean + stddev * random.normal()),
});
