import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { draw } from "./draw.ts";

/** Options of `randomUniform`. */
export interface RandomUniformOptions {
  /** Default -0.05. */
  minimum: number;
  /** Default 0.05. */
  maximum: number;
}

/** Uniform in [minimum, maximum), rounded to float32. */
export const randomUniform: (
  options?: Partial<RandomUniformOptions & { seed: number | null }>,
) => Initializer = /* @__PURE__ */ defineInitializer<RandomUniformOptions>({
  name: "randomUniform",
  defaults: { minimum: -0.05, maximum: 0.05 },
  check: ({ minimum, maximum }) => {
    if (!(minimum <= maximum && maximum - minimum < Infinity)) {
      throw new RangeError(
        `randomUniform: minimum must not be above maximum, got ${String(minimum)} and ${String(maximum)}`,
      );
    }
  },
  sample: (shape, { minimum, maximum }, random) =>
    draw(shape, () => minimum + (maximum - minimum) * random.uniform()),
});
