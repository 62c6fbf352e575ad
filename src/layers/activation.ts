import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type LayerFactoryNeeding, type Shaped, defineLayer } from "./defineLayer.ts";
import { type Activation, activationOf } from "./resolve.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `activation`. */
export interface ActivationOptions {
  /** A name, an op, or a function of a symbolic tensor. */
  activation: Activation;
  /** What the activation takes besides its input, such as `{ negativeSlope: 0.3 }` of "leakyRelu". Default null. */
  attributes: Readonly<Record<string, number | string>> | null;
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
 *     activation({ activation: "leakyRelu", attributes: { negativeSlope: 0.3 } })
 */
export const activation: LayerFactoryNeeding<SameShape, ActivationOptions, "activation"> =
  /* @__PURE__ */ defineLayer<ActivationOptions, Shaped>({
    name: "activation",
    passesMask: true,
    defaults: { activation: "linear", attributes: null },
    check: ({ activation: given }) => void activationOf("activation", given),
    call: ([x], { options: { activation: given, attributes } }, name) => {
      const f: (x: SymbolicTensor, attributes?: object) => SymbolicTensor = activationOf(
        `activation "${name}"`,
        given,
      );
      return attributes ? f(x!, attributes) : f(x!);
    },
  });
