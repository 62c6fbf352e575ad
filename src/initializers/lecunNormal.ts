import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { drawScaled } from "./draw.ts";
import { type NormalOptions, checkNormal } from "./normalOptions.ts";

/** Normal with mean 0 and variance `1 / fanIn`, truncated as in Keras or not. Source: LeCun et al. 1998, section 4.6. */
export const lecunNormal: (
  options?: Partial<NormalOptions & { seed: number | null }>,
) => Initializer = /* @__PURE__ */ defineInitializer<NormalOptions>({
  name: "lecunNormal",
  defaults: { distribution: "truncatedNormal" },
  check: (options) => checkNormal("lecunNormal", options),
  sample: (shape, { distribution }, random) => drawScaled(shape, random, 1, "fanIn", distribution),
});
