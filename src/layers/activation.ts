import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import { type Activation, activationOf } from "./resolve.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `activation`. */
export interface ActivationOptions {
  /** A name, an op, or a function of a symbolic tensor. */
  activation: Activation;
}

/**
 * Applies an activation, element by element (softmax: along the last axis).
 *
 * input and output: float32[batch, ...].
 *
 * @throws OptionError for an unknown name
 *
 * @example
 *     activation({ activation: "relu" })
 */
export const activation: LayerFactoryNeeding<SameShape, ActivationOptions, "activation"> =
  /* @__PURE__ */ defineLayer<ActivationOptions, Shaped>({
    name: "activation",
    defaults: { activation: "linear" },
    check: ({ activation: given }) => void activationOf("activation", given),
    call: ([x], { options }, name) => activationOf(`activation "${name}"`, options.activation)(x!),
  });
