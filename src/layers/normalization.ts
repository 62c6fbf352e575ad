import { ShapeError } from "../errors.ts";
import { defineInitializer } from "../initializers/defineInitializer.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import { add, div, mul, sub } from "../ops/binary.ts";
import { maximum } from "../ops/maximum.ts";
import { reshape } from "../ops/reshape.ts";
import { sqrt } from "../ops/unary.ts";
import { type Shape, axisOf, printShape } from "../shape.ts";
import { type TensorLike, tensor } from "../tensor/tensor.ts";
import { type LayerOptions, type Shaped, type ShapedLayer, defineLayer } from "./defineLayer.ts";
import type { SameShape } from "../tensor/shapeTypes.ts";

/** Options of `normalization`. */
export interface NormalizationOptions {
  /** The axis that has a mean and a variance an element, counted with the batch axis; null: one for all. Default -1. */
  axis: number | null;
  /** Means that are known; null: those of adapt(). Default null. */
  mean: readonly number[] | number | null;
  /** Variances that are known. Default null. */
  variance: readonly number[] | number | null;
  /** Undoes a normalization: `x sqrt(variance) + mean`. Default false. */
  invert: boolean;
}

/** What `normalization` has besides what all layers have. */
export interface Adaptable {
  /**
   * Takes mean and variance from data, before the model is built. @throws RangeError afterwards, ShapeError where the
   * data is empty
   */
  adapt(data: TensorLike): void;
}

/** The root of a variance is at least this: Keras's floor. */
const FLOOR = 1e-7;

/** Options whose values a model has taken over. */
const taken = /* @__PURE__ */ new WeakSet<object>();

/** Axis of the statistics in a sample, or null. */
function axisIn(subject: string, axis: number | null, x: Shape): number | null {
  if (axis === null) return null;
  const at = axisOf(subject, axis, x.length + 1);
  if (at > 0) return at - 1;
  throw new ShapeError(`${subject}: axis must not be that of the batch, got ${axis}`);
}

function given(
  options: NormalizationOptions,
  key: "mean" | "variance",
  otherwise: number,
): Initializer {
  return defineInitializer({
    name: key,
    defaults: {},
    sample: (shape) => {
      taken.add(options);
      const values = options[key] ?? otherwise;
      const out = new Float32Array(shape[0]!);
      if (typeof values !== "number" && values.length !== out.length) {
        throw new ShapeError(
          `normalization: ${key} must have ${out.length} numbers, got ${values.length}; adapt() wants data of the model's shape`,
        );
      }
      return out.map((_, i) => (typeof values === "number" ? values : values[i]!));
    },
  })();
}

/** Mean and variance of the elements of each class, in two passes. */
function moments(
  data: ArrayLike<number>,
  classes: number,
  classOf: (i: number) => number,
): { mean: number[]; variance: number[] } {
  const mean = Array<number>(classes).fill(0);
  const variance = Array<number>(classes).fill(0);
  const share = classes / data.length;
  for (let i = 0; i < data.length; i++) mean[classOf(i)]! += data[i]! * share;
  for (let i = 0; i < data.length; i++) {
    const k = classOf(i);
    variance[k]! += (data[i]! - mean[k]!) ** 2 * share;
  }
  return { mean, variance };
}

/**
 * `(x - mean) / max(sqrt(variance), 1e-7)` by the statistics of some data, which are state of the model: saved with it and
 * never trained. Without adapt() and without known values the mean is 0 and the variance 1.
 *
 * input and output: float32[batch, ..., features]; state mean, variance: float32[features].
 *
 * @throws ShapeError where statistics do not fit the input
 *
 * @example
 *     const layer = normalization();
 *     layer.adapt(x);
 */
export const normalization: <const Input extends Shape | null>(
  options?: LayerOptions<NormalizationOptions, Input>,
) => ShapedLayer<SameShape, Input> & Adaptable = /* @__PURE__ */ defineLayer<
  NormalizationOptions,
  Shaped,
  Adaptable
>({
  name: "normalization",
  defaults: { axis: -1, mean: null, variance: null, invert: false },
  check: ({ mean, variance }) => {
    if ((mean === null) !== (variance === null)) {
      throw new RangeError("normalization: mean and variance must be given together, or neither");
    }
  },
  params: (options, [x], name) => {
    const axis = axisIn(`normalization "${name}"`, options.axis, x!);
    const shape = [axis === null ? 1 : x![axis]!];
    return {
      mean: { shape, initializer: given(options, "mean", 0), trainable: false },
      variance: { shape, initializer: given(options, "variance", 1), trainable: false },
    };
  },
  call: ([x], { options, params }, name) => {
    const axis = axisIn(`normalization "${name}"`, options.axis, x!.shape.slice(1));
    const shape = x!.shape.map((n, i) => (axis !== null && i === axis + 1 ? n : 1));
    const mean = reshape(params["mean"]!, { shape });
    const deviation = maximum(sqrt(reshape(params["variance"]!, { shape })), FLOOR);
    return options.invert ? add(mul(x!, deviation), mean) : div(sub(x!, mean), deviation);
  },
  methods: (options) => ({
    adapt: (data) => {
      if (taken.has(options)) {
        throw new RangeError(
          "normalization: adapt() must come before the model is built; make the layer and the model anew",
        );
      }
      const t = tensor(data);
      if (t.size === 0) {
        throw new ShapeError(`normalization: adapt() needs data, got ${printShape(t.shape)}`);
      }
      const { axis } = options;
      const at = axis === null ? null : axisOf("normalization", axis, t.shape.length);
      const inner = at === null ? 1 : t.shape.slice(at + 1).reduce((a, b) => a * b, 1);
      const classes = at === null ? 1 : t.shape[at]!;
      Object.assign(
        options,
        moments(t.data, classes, (i) => Math.floor(i / inner) % classes),
      );
    },
  }),
});
