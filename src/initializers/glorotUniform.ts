import { sizeOf } from "../shape.ts";
import { type Initializer, defineInitializer, fans } from "./defineInitializer.ts";

/**
 * Uniform in [-b, b) with `b = sqrt(6 / (fanIn + fanOut))`: the default of kernels.
 * Source: Glorot & Bengio 2010, equation 16.
 */
export const glorotUniform: (options?: { seed?: number | null }) => Initializer = /* @__PURE__ */ defineInitializer({
  name: "glorotUniform",
  defaults: {},
  sample: (shape, _options, random) => {
    const { fanIn, fanOut } = fans(shape);
    const bound = Math.sqrt(6 / (fanIn + fanOut));
    const out = new Float32Array(sizeOf(shape));
    for (let i = 0; i < out.length; i++) out[i] = bound * (2 * random.uniform() - 1);
    return out;
  },
});
