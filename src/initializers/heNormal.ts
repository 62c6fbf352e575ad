import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { drawScaled } from "./draw.ts";
import { type NormalOptions, checkNormal } from "./normalOptions.ts";

/** Normal with mean 0 and variance `2 / fanIn`, truncated as in Keras or not. Source: He et al. 2015, equation 10. */
export const heNormal: (options?: Partial<NormalOptions & { seed: number | null }>) => Initializer =
  /* @__PURE__ */ defineInitializer<NormalOptions>({
    name: "heNormal",
    defaults: { distribution: "truncatedNormal" },
    check: (options) => checkNormal("heNormal", options),
    sample: (shape, { distribution }, random) =>
      drawScaled(shape, random, 2, "fanIn", distribution),
  });
