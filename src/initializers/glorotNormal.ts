import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { drawScaled } from "./draw.ts";
import { type NormalOptions, checkNormal } from "./normalOptions.ts";

/** Normal with mean 0 and variance `2 / (fanIn + fanOut)`, truncated as in Keras or not. Source: Glorot & Bengio 2010. */
export const glorotNormal: (
  options?: Partial<NormalOptions & { seed: number | null }>,
) => Initializer = /* @__PURE__ */ defineInitializer<NormalOptions>({
  name: "glorotNormal",
  defaults: { distribution: "truncatedNormal" },
  check: (options) => checkNormal("glorotNormal", options),
  sample: (shape, { distribution }, random) => drawScaled(shape, random, 1, "fanAvg", distribution),
});
