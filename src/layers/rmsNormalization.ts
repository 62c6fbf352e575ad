import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { firstAxis, rmsNorm } from "../ops/layerNorm.ts";
import { type LayerFactory, type Shaped, defineLayer } from "./defineLayer.ts";
import { checkEpsilon } from "./normParameters.ts";
import { initializerOf } from "./resolve.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `rmsNormalization`. */
export interface RmsNormalizationOptions {
  /** The last axis, or the last few. Default -1. */
  axis: number | readonly number[];
  /** Added to the mean square. Default 1e-6. */
  epsilon: number;
  /** Default "ones". */
  scaleInitializer: InitializerName | Initializer;
}

/**
 * RMS normalization, `x / sqrt(mean(x^2) + epsilon) scale` over the last axes of each sample; the same in training and
 * out of it. Source: Zhang & Sennrich 2019 (arXiv:1910.07467).
 *
 * input and output: float32[batch, ..., features]; scale: float32 of the shape of the normalized axes.
 *
 * @throws ShapeError where the axes are not the last
 *
 * @example
 *     rmsNormalization()
 */
export const rmsNormalization: LayerFactory<SameShape, RmsNormalizationOptions> =
  /* @__PURE__ */ defineLayer<RmsNormalizationOptions, Shaped>({
    name: "rmsNormalization",
    passesMask: true,
    defaults: { axis: -1, epsilon: 1e-6, scaleInitializer: "ones" },
    check: ({ epsilon }) => checkEpsilon("rmsNormalization", epsilon),
    params: ({ axis, scaleInitializer }, [x], name) => {
      const subject = `rmsNormalization "${name}"`;
      const shape = [1, ...x!];
      return {
        scale: {
          shape: shape.slice(firstAxis(subject, axis, shape)),
          initializer: initializerOf(subject, scaleInitializer),
          decay: false,
        },
      };
    },
    call: ([x], { options: { axis, epsilon }, params }) =>
      rmsNorm(x!, params["scale"], { axis, epsilon }),
  });
