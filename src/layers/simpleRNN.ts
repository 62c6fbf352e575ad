import { add } from "../ops/binary.ts";
import { matmul } from "../ops/matmul.ts";
import { simpleRnn } from "../ops/simpleRnn.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";
import { maskOf } from "./mask.ts";
import {
  type LayerFactoryWithState,
  RECURRENT_DEFAULTS,
  type RecurrentOptions,
  checkRecurrent,
  composed,
  dropped,
  isActivation,
  recurrentOutputs,
  recurrentParams,
} from "./recurrent.ts";
import { activationOf } from "./resolve.ts";

/**
 * The plain recurrent layer, `h = activation(x kernel + h recurrentKernel + bias)` for every step.
 * Source: Elman 1990.
 *
 * input: float32[batch, time, features], and the initial state [batch, units] where it is called on two
 * tensors; output: float32[batch, units], the last h, or float32[batch, time, units] with `returnSequences`;
 * with `returnState` a list, the last h behind it.
 * kernel: float32[features, units]; recurrentKernel: float32[units, units]; bias: float32[units].
 *
 * With tanh and relu one kernel runs all steps. Any other activation is made of ops, a copy for each step.
 *
 * @throws ShapeError where the input has no time axis
 *
 * @example
 *     simpleRNN({ units: 32, returnSequences: true })
 */
export const simpleRNN: LayerFactoryWithState<RecurrentOptions> = /* @__PURE__ */ defineLayer<
  RecurrentOptions,
  Shaped
>({
  name: "simpleRNN",
  needs: ["units"],
  defaults: RECURRENT_DEFAULTS,
  check: (options) => checkRecurrent("simpleRNN", options),
  params: (options, shapes, name) => recurrentParams(`simpleRNN "${name}"`, options, shapes, 1, 1),
  call: ([input, ...initial], context, name) => {
    const { options, params } = context;
    const { activation, goBackwards } = options;
    const { x, recurrentMask } = dropped(input!, context);
    const mask = maskOf(input);
    const bias = params["bias"] ?? null;
    const u = params["recurrentKernel"]!;
    const relu = isActivation(activation, "relu");
    if (relu || isActivation(activation, "tanh")) {
      const { y, h } = simpleRnn(x, params["kernel"]!, u, bias, {
        initialState: initial[0] ?? null,
        activation: relu ? "relu" : "tanh",
        reverse: goBackwards,
        recurrentMask,
        mask,
      });
      return recurrentOutputs(y, [h], options, mask);
    }
    const f = activationOf(`simpleRNN "${name}"`, activation);
    const { y, states } = composed(
      (_, gates, h) => [f(add(gates, matmul(h, u)))],
      x,
      initial,
      1,
      context,
      recurrentMask,
      bias,
      mask,
    );
    return recurrentOutputs(y, states, options, mask);
  },
});
