import { OptionError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { add, mul } from "../ops/binary.ts";
import { concat } from "../ops/concat.ts";
import { flip } from "../ops/slice.ts";
import {
  type AnyLayer,
  type CommonLayerOptions,
  type Layer,
  type Shaped,
  defineLayer,
} from "./defineLayer.ts";
import { callInner, checkLayer, innerName, innerParams } from "./innerLayer.ts";
import type { LayerTensor } from "./layerTensor.ts";
import { maskOf, withMask } from "./mask.ts";
import { checkIsRecurrent } from "./recurrent.ts";

/** How the outputs of both directions become one. */
export type MergeMode = "concat" | "sum" | "mul" | "ave";

/** Options of `bidirectional`. */
export interface BidirectionalOptions<L extends AnyLayer | null = AnyLayer | null> {
  /** A recurrent layer: lstm, gru, simpleRNN, or one of your own with their options. */
  layer: L;
  /** Default "concat", along the features. */
  mergeMode: MergeMode;
}

/** Gives what the layer in it gives: one tensor, or a list with its states. */
export interface LayerFactoryAroundRecurrent {
  (options: Partial<BidirectionalOptions<Layer> & CommonLayerOptions> & { layer: Layer }): Layer;
  (
    options: Partial<BidirectionalOptions<Layer<readonly LayerTensor[]>> & CommonLayerOptions> & {
      layer: Layer<readonly LayerTensor[]>;
    },
  ): Layer<readonly LayerTensor[]>;
}

const MERGES: Readonly<
  Record<MergeMode, (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor>
> = {
  concat: (a, b) => concat(a, b, { axis: -1 }),
  sum: (a, b) => add(a, b),
  mul: (a, b) => mul(a, b),
  ave: (a, b) => mul(add(a, b), 0.5),
};

/** Prefixes of the parameters of both directions. */
function prefixes(layer: AnyLayer): readonly [forward: string, backward: string] {
  return [`forward_${innerName(layer)}`, `backward_${innerName(layer)}`];
}

/**
 * A recurrent layer twice, with weights of its own for each direction: once forwards in time, once backwards,
 * the outputs merged. A sequence of outputs from backwards is turned round first, so that both stand at their
 * steps. Source: Schuster & Paliwal 1997.
 *
 * input: float32[batch, time, features], and the initial states of both directions where there are more;
 * output: that of the layer, with twice as many features where they are concatenated; with its `returnState` a
 * list, the states of forwards and of backwards behind it. Parameters: `forward_lstm/kernel`,
 * `backward_lstm/kernel`, ...
 *
 * The layer's `trainable` freezes both directions.
 *
 * @throws OptionError where the layer is not recurrent
 *
 * @example
 *     bidirectional({ layer: lstm({ units: 32, returnSequences: true }) })
 */
export const bidirectional: LayerFactoryAroundRecurrent = /* @__PURE__ */ defineLayer<
  BidirectionalOptions,
  Shaped
>({
  name: "bidirectional",
  defaults: { layer: null, mergeMode: "concat" },
  check: ({ layer, mergeMode }) => {
    checkLayer("bidirectional", layer);
    checkIsRecurrent("bidirectional", layer);
    if (!(mergeMode in MERGES)) {
      throw new OptionError(
        `bidirectional: mergeMode must be one of ${Object.keys(MERGES).join(", ")}, got ${JSON.stringify(mergeMode)}`,
      );
    }
  },
  params: ({ layer }, [x, ...states]) => {
    const half = states.length / 2;
    const [forward, backward] = prefixes(layer!);
    return {
      ...innerParams(layer!, [x!, ...states.slice(0, half)], forward),
      ...innerParams(layer!, [x!, ...states.slice(half)], backward),
    };
  },
  inner: ({ layer }, parameter) => {
    const [direction, ...rest] = parameter.split("/");
    const own = rest.join("/");
    // The layer itself is the forward one; the other's values are kept beside its own.
    return {
      layer: layer!,
      parameter: direction === prefixes(layer!)[0] ? own : `backward/${own}`,
    };
  },
  call: ([x, ...states], context) => {
    const { layer, mergeMode } = context.options;
    const half = states.length / 2;
    const [forward, backward] = prefixes(layer!);
    const [y, ...after] = callInner(layer!, [x!, ...states.slice(0, half)], context, forward);
    const mask = maskOf(x);
    const turned = withMask(flip(x!, { axis: 1 }), mask && flip(mask, { axis: 1 }));
    const [z, ...before] = callInner(layer!, [turned, ...states.slice(half)], context, backward);
    const aligned = layer!.options["returnSequences"] === true ? flip(z!, { axis: 1 }) : z!;
    const merged = withMask(MERGES[mergeMode](y!, aligned), maskOf(y));
    return layer!.options["returnState"] === true ? [merged, ...after, ...before] : merged;
  },
});
