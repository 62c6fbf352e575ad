import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { div } from "../ops/binary.ts";
import { einsum } from "../ops/einsum.ts";
import { maximum } from "../ops/maximum.ts";
import { norm } from "../ops/norm.ts";
import { reshape } from "../ops/reshape.ts";
import { axisOf, printShape } from "../shape.ts";
import { type CommonLayerOptions, type Layer, defineLayer } from "./defineLayer.ts";
import { checkInputs } from "./merge.ts";

/** Options of `dot`. */
export interface DotOptions {
  /** The axis of each input that is summed, or one for both; 0 is the batch axis. */
  axes: number | readonly [number, number];
  /** Divides by the lengths of both along their axes: the cosine of the angle. Default false. */
  normalize: boolean;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** x divided by its length along an axis, which counts as at least 1e-6, as in Keras. */
function unit(x: SymbolicTensor, axis: number): SymbolicTensor {
  return div(x, maximum(norm(x, { axis, keepDims: true }), 1e-6));
}

/**
 * Sum of the products of two inputs along an axis of each, sample by sample.
 *
 * inputs: float32[batch, ...] twice; output: float32[batch, ...first's other axes, ...second's other axes],
 * or float32[batch, 1] where none is left.
 *
 * @throws ShapeError where the axes do not have one length
 *
 * @example
 *     dot({ axes: 1 })(user, item)       // [batch, 16] and [batch, 16] to [batch, 1]
 */
export const dot: (
  options: Partial<DotOptions & CommonLayerOptions> & { axes: DotOptions["axes"] },
) => Layer = /* @__PURE__ */ defineLayer<DotOptions>({
  name: "dot",
  defaults: { axes: -1, normalize: false },
  check: ({ axes }) => {
    if (![axes].flat().every((a) => Number.isInteger(a) && a !== 0)) {
      throw new RangeError(
        `dot: axes must be a whole number that is not 0, the batch axis, or two of them, got ${JSON.stringify(axes)}`,
      );
    }
  },
  call: (inputs, { options: { axes, normalize } }, name) => {
    checkInputs(`dot "${name}"`, inputs, 2);
    const [x, y] = inputs as [SymbolicTensor, SymbolicTensor];
    const [first, second] = typeof axes === "number" ? [axes, axes] : axes;
    const i = axisOf(`dot "${name}"`, first, x.shape.length);
    const j = axisOf(`dot "${name}"`, second, y.shape.length);
    if (x.shape[i] !== y.shape[j]) {
      throw new ShapeError(
        `dot "${name}": axes ${i} and ${j} must have one length, got ${printShape([null, ...x.shape.slice(1)])} and ${printShape([null, ...y.shape.slice(1)])}`,
      );
    }
    const left = [...LETTERS.slice(1, x.shape.length)];
    const right = [...LETTERS.slice(x.shape.length, x.shape.length + y.shape.length - 1)];
    const rest = [...left.toSpliced(i - 1, 1), ...right.toSpliced(j - 1, 1)];
    right[j - 1] = left[i - 1]!;
    const equation = `a${left.join("")},a${right.join("")}->a${rest.join("")}`;
    const out = normalize ? einsum(equation, unit(x, i), unit(y, j)) : einsum(equation, x, y);
    return rest.length > 0 ? out : reshape(out, { shape: [x.shape[0]!, 1] });
  },
});
