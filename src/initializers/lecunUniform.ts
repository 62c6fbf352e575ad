import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { drawScaled } from "./draw.ts";

/** Uniform in [-b, b) with `b = sqrt(3 / fanIn)`. Source: LeCun et al. 1998, section 4.6. */
export const lecunUniform: (options?: { seed?: number | null }) => Initializer =
  /* @__PURE__ */ defineInitializer({
    name: "lecunUniform",
    defaults: {},
    sample: (shape, _options, random) => drawScaled(shape, random, 1, "fanIn", "uniform"),
  });
