import type { Initializer } from "../initializers/defineInitializer.ts";
import { add, mul } from "../ops/binary.ts";
import { lstm as lstmOp } from "../ops/lstm.ts";
import { matmul } from "../ops/matmul.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";
import { maskOf } from "./mask.ts";
import {
  type GatedOptions,
  type LayerFactoryWithState,
  RECURRENT_DEFAULTS,
  checkRecurrent,
  composed,
  dropped,
  gateOf,
  isActivation,
  recurrentOutputs,
  recurrentParams,
} from "./recurrent.ts";
import { activationOf } from "./resolve.ts";

/** Options of `lstm`. */
export interface LstmLayerOptions extends GatedOptions {
  /** Whether the bias of the forget gate begins at 1, so that cells keep what they hold. Default true. */
  unitForgetBias: boolean;
}

/** An initializer but for the second quarter, which is 1. */
function withForgetBias(initializer: Initializer, units: number): Initializer {
  const { kind, options, seed } = initializer;
  const sample: Initializer["sample"] = (shape, random) =>
    initializer.sample(shape, random).fill(1, units, 2 * units);
  return Object.assign((shape: readonly number[]) => initializer(shape), {
    kind,
    options,
    seed,
    sample,
  });
}

/**
 * Long short-term memory, for every step with s the recurrent activation and a the activation
 *
 *     i, f, o = s(x kernel + h recurrentKernel + bias)    g = a(x kernel + h recurrentKernel + bias)
 *     c = f c + i g    h = o a(c)
 *
 * Source: Hochreiter & Schmidhuber 1997; Gers et al. 2000 for the forget gate.
 *
 * input: float32[batch, time, features], and the initial states h and c [batch, units] where it is called on
 * three tensors; output: float32[batch, units], the last h, or float32[batch, time, units] with
 * `returnSequences`; with `returnState` a list, the last h and c behind it.
 * kernel: float32[features, 4 units], in Keras's order i, f, g, o; recurrentKernel: float32[units, 4 units];
 * bias: float32[4 units].
 *
 * With tanh and sigmoid one kernel runs all steps. Any other activation is made of ops, a copy for each step.
 *
 * @throws ShapeError where the input has no time axis
 *
 * @example
 *     lstm({ units: 64, returnSequences: true, dropout: 0.1 })
 */
export const lstm: LayerFactoryWithState<LstmLayerOptions> = /* @__PURE__ */ defineLayer<
  LstmLayerOptions,
  Shaped
>({
  name: "lstm",
  needs: ["units"],
  defaults: { ...RECURRENT_DEFAULTS, recurrentActivation: "sigmoid", unitForgetBias: true },
  check: (options) => checkRecurrent("lstm", options),
  params: (options, shapes, name) => {
    const specs = recurrentParams(`lstm "${name}"`, options, shapes, 4, 2);
    const { bias } = specs;
    if (bias && options.unitForgetBias)
      bias.initializer = withForgetBias(bias.initializer, options.units);
    return specs;
  },
  call: ([input, ...initial], context, name) => {
    const { options, params } = context;
    const { units, activation, recurrentActivation, goBackwards } = options;
    const { x, recurrentMask } = dropped(input!, context);
    const mask = maskOf(input);
    const bias = params["bias"] ?? null;
    const u = params["recurrentKernel"]!;
    const [h0, c0] = initial;
    if (isActivation(activation, "tanh") && isActivation(recurrentActivation, "sigmoid")) {
      const { y, h, c } = lstmOp(x, params["kernel"]!, u, bias, {
        initialState: h0 && c0 ? [h0, c0] : null,
        reverse: goBackwards,
        recurrentMask,
        mask,
      });
      return recurrentOutputs(y, [h, c], options, mask);
    }
    const a = activationOf(`lstm "${name}"`, activation);
    const s = activationOf(`lstm "${name}"`, recurrentActivation);
    const { y, states } = composed(
      ([, before], gates, h) => {
        const all = add(gates, matmul(h, u));
        const [i, f, g, o] = [0, 1, 2, 3].map((k) => gateOf(all, k, units));
        const c = add(mul(s(f!), before!), mul(s(i!), a(g!)));
        return [mul(s(o!), a(c)), c];
      },
      x,
      initial,
      2,
      context,
      recurrentMask,
      bias,
      mask,
    );
    return recurrentOutputs(y, states, options, mask);
  },
});
