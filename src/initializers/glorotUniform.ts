import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { drawScaled } from "./draw.ts";

/**
 * Uniform in [-b, b) with `b = sqrt(6 / (fanIn + fanOut))`: the default of kernels.
 * Source: Glorot & Bengio 2010, equation 16.
 */
export const glorotUniform: (options?: { seed?: number | null }) => Initializer =
  /* @__PURE__ */ defineInitializer({
    name: "glorotUniform",
    defaults: {},
    sample: (shape, _options, random) => drawScaled(shape, random, 1, "fanAvg", "uniform"),
  });
