import type { Random } from "../math/random.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { fans } from "./defineInitializer.ts";

/** How elements of a given variance are drawn. */
export type Distribution = "truncatedNormal" | "untruncatedNormal" | "uniform";

/** What the variance is divided by: inputs or outputs of a unit, or their mean. */
export type FanMode = "fanIn" | "fanOut" | "fanAvg";

/** Standard deviation of a standard normal that is cut off at -2 and 2. */
export const TRUNCATED_STDDEV: number = 0.87962566103423978;

/** Elements of a shape, each from `next`, in order. */
export function draw(shape: Shape, next: () => number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(sizeOf(shape));
  for (let i = 0; i < out.length; i++) out[i] = next();
  return out;
}

/** A standard normal that lies in (-2, 2): those outside are drawn again. */
export function truncated(random: Random): number {
  for (;;) {
    const z = random.normal();
    if (z > -2 && z < 2) return z;
  }
}

/**
 * Elements with mean 0 and variance `scale / n`, n the fan of the mode. Normals are truncated at two standard
 * deviations of the normal that is cut, which is wider by 1 / 0.8796, so that the variance holds: as in Keras.
 * (TensorFlow.js leaves that out.) Source: He et al. 2015, section 2.2.
 */
export function drawScaled(
  shape: Shape,
  random: Random,
  scale: number,
  mode: FanMode,
  distribution: Distribution,
): Float32Array<ArrayBuffer> {
  const { fanIn, fanOut } = fans(shape);
  const n = Math.max(
    1,
    mode === "fanIn" ? fanIn : mode === "fanOut" ? fanOut : (fanIn + fanOut) / 2,
  );
  const stddev = Math.sqrt(scale / n);
  if (distribution === "uniform") {
    const bound = Math.sqrt((3 * scale) / n);
    return draw(shape, () => bound * (2 * random.uniform() - 1));
  }
  if (distribution === "untruncatedNormal") return draw(shape, () => stddev * random.normal());
  const wide = stddev / TRUNCATED_STDDEV;
  return draw(shape, () => wide * truncated(random));
}
