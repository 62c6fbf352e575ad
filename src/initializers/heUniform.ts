import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { drawScaled } from "./draw.ts";

/** Uniform in [-b, b) with `b = sqrt(6 / fanIn)`. Source: He et al. 2015. */
export const heUniform: (options?: { seed?: number | null }) => Initializer =
  /* @__PURE__ */ defineInitializer({
    name: "heUniform",
    defaults: {},
    sample: (shape, _options, random) => drawScaled(shape, random, 2, "fanIn", "uniform"),
  });
