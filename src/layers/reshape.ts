import { ShapeError } from "../errors.ts";
import { inferShape, reshape as reshapeOp } from "../ops/reshape.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import { type LayerOptions, type Shaped, type ShapedLayer, defineLayer } from "./defineLayer.ts";
import type { ReshapeRule } from "./shapeRules.ts";

/** Options of `reshape`. */
export interface ReshapeOptions {
  /** Shape of one sample, without the batch axis; one axis may be -1 and is inferred. */
  targetShape: Shape;
}

/**
 * The same elements of each sample under another shape.
 *
 * input: float32[batch, ...]; output: float32[batch, ...targetShape].
 *
 * @throws ShapeError where the elements do not fit
 *
 * @example
 *     reshape({ targetShape: [28, 28, 1] })
 */
export const reshape: <const Target extends Shape, const Input extends Shape | null>(
  options: LayerOptions<ReshapeOptions, Input, { targetShape: Target }>,
) => ShapedLayer<ReshapeRule<Target>, Input> = /* @__PURE__ */ defineLayer<ReshapeOptions, Shaped>({
  name: "reshape",
  defaults: { targetShape: [] },
  check: ({ targetShape }) => {
    const whole =
      Array.isArray(targetShape) && targetShape.every((n) => Number.isInteger(n) && n >= -1);
    if (!whole || targetShape.filter((n) => n === -1).length > 1) {
      throw new RangeError(
        `reshape: targetShape must hold whole numbers >= 0, at most one of them -1, got ${JSON.stringify(targetShape)}`,
      );
    }
  },
  call: ([x], { options: { targetShape } }, name) => {
    const sample = x!.shape.slice(1);
    const known = sizeOf(targetShape.filter((n) => n !== -1));
    const rest = sizeOf(sample) / known;
    if (targetShape.includes(-1) ? !Number.isInteger(rest) : rest !== 1) {
      throw new ShapeError(
        `reshape "${name}": targetShape must hold ${sizeOf(sample)} elements like a sample ${printShape(sample)}, got ${printShape(targetShape)}; one axis may be -1`,
      );
    }
    return reshapeOp(x!, { shape: [x!.shape[0]!, ...inferShape(sample, targetShape)] });
  },
});
