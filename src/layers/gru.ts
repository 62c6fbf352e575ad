import { add, mul, sub } from "../ops/binary.ts";
import { gru as gruOp } from "../ops/gru.ts";
import { matmul } from "../ops/matmul.ts";
import { slice } from "../ops/slice.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";
import { maskOf } from "./mask.ts";
import {
  type GatedOptions,
  type LayerFactoryWithState,
  RECURRENT_DEFAULTS,
  biasRow,
  checkRecurrent,
  composed,
  dropped,
  gateOf,
  isActivation,
  recurrentOutputs,
  recurrentParams,
} from "./recurrent.ts";
import { activationOf } from "./resolve.ts";

/** Options of `gru`. */
export interface GruLayerOptions extends GatedOptions {
  /**
   * Whether r multiplies what the recurrent kernel made of h (PyTorch, cuDNN), or h itself; with it there is a
   * second bias. Default true.
   */
  resetAfter: boolean;
}

/**
 * Gated recurrent unit, for every step with s the recurrent activation and a the activation
 *
 *     z, r = s(x kernel + b + h recurrentKernel + d)    n = a(x kernel + b + r (h recurrentKernel + d))
 *     h = z h + (1 - z) n
 *
 * and with `resetAfter: false` `n = a(x kernel + b + (r h) recurrentKernel)`, without d.
 * Source: Cho et al. 2014 (arXiv:1406.1078).
 *
 * input: float32[batch, time, features], and the initial state [batch, units] where it is called on two
 * tensors; output: float32[batch, units], the last h, or float32[batch, time, units] with `returnSequences`;
 * with `returnState` a list, the last h behind it.
 * kernel: float32[features, 3 units], in Keras's order z, r, n; recurrentKernel: float32[units, 3 units];
 * bias: float32[2, 3 units], b and d, or float32[3 units] with `resetAfter: false`.
 *
 * With tanh and sigmoid one kernel runs all steps. Any other activation is made of ops, a copy for each step.
 * Recurrent dropout reaches the products with the recurrent kernel, not the h that z keeps.
 *
 * @throws ShapeError where the input has no time axis
 *
 * @example
 *     gru({ units: 64, returnSequences: true })
 */
export const gru: LayerFactoryWithState<GruLayerOptions> = /* @__PURE__ */ defineLayer<
  GruLayerOptions,
  Shaped
>({
  name: "gru",
  needs: ["units"],
  defaults: { ...RECURRENT_DEFAULTS, recurrentActivation: "sigmoid", resetAfter: true },
  check: (options) => checkRecurrent("gru", options),
  params: (options, shapes, name) => {
    const width = 3 * options.units;
    const biasShape = options.resetAfter ? [2, width] : [width];
    return recurrentParams(`gru "${name}"`, options, shapes, 3, 1, biasShape);
  },
  call: ([input, ...initial], context, name) => {
    const { options, params } = context;
    const { units, activation, recurrentActivation, goBackwards, resetAfter } = options;
    const { x, recurrentMask } = dropped(input!, context);
    const mask = maskOf(input);
    const u = params["recurrentKernel"]!;
    const both = params["bias"] ?? null;
    const bias = both && resetAfter ? biasRow(both, 0) : both;
    const recurrentBias = both && resetAfter ? biasRow(both, 1) : null;
    if (isActivation(activation, "tanh") && isActivation(recurrentActivation, "sigmoid")) {
      const { y, h } = gruOp(x, params["kernel"]!, u, bias, {
        initialState: initial[0] ?? null,
        resetAfter,
        recurrentBias,
        reverse: goBackwards,
        recurrentMask,
        mask,
      });
      return recurrentOutputs(y, [h], options, mask);
    }
    const a = activationOf(`gru "${name}"`, activation);
    const s = activationOf(`gru "${name}"`, recurrentActivation);
    const columns = (from: number, count: number) =>
      slice(u, { axis: 1, begin: from * units, size: count * units });
    const [uGates, uState] = [columns(0, 2), columns(2, 1)];
    const { y, states } = composed(
      ([before], gates, h) => {
        const made = resetAfter ? matmul(h, u, recurrentBias) : matmul(h, uGates);
        const z = s(add(gateOf(gates, 0, units), gateOf(made, 0, units)));
        const r = s(add(gateOf(gates, 1, units), gateOf(made, 1, units)));
        const inner = resetAfter ? mul(r, gateOf(made, 2, units)) : matmul(mul(r, h), uState);
        const n = a(add(gateOf(gates, 2, units), inner));
        return [add(n, mul(z, sub(before!, n)))];
      },
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
