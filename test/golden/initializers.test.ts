import { expect, test } from "vitest";
import { fans } from "../../src/initializers/defineInitializer.ts";
import { golden } from "./golden.ts";
import { type InitializerCase, goldenInitializer, ourShape } from "./initializers.ts";

const file = golden<{ cases: InitializerCase[] }>("optim/initializers.json");
if (!file) test.skip("initializers: no golden vectors here", () => {});

/** Draws of the whole shape: enough that the statistics say something for small shapes too. */
const DRAWS = 40;

test.each(file?.cases ?? [])("$init $shape $mode $gain_of has the fans, bound and deviation of the file", (c) => {
  const shape = ourShape(c.shape);
  if (c.init === "fans") {
    expect(fans(shape)).toEqual({ fanIn: c.fan_in, fanOut: c.fan_out });
    return;
  }
  const values = Array.from({ length: DRAWS }, (_, seed) => [...goldenInitializer(c, seed)(shape).data]).flat();
  const n = values.length;
  const mean = values.reduce((a, b) => a + b) / n;
  const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
  const expected = c.std ?? c.bound! / Math.sqrt(3);
  expect(Math.abs(mean)).toBeLessThanOrEqual((4 * expected) / Math.sqrt(n));
  // The standard error of a standard deviation is at most that of a normal, sigma / sqrt(2 n).
  expect(Math.abs(std - expected)).toBeLessThanOrEqual((4 * expected) / Math.sqrt(2 * n));
  if (c.bound !== undefined) {
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    // Rounded to float32.
    expect(largest).toBeLessThanOrEqual(c.bound * (1 + 2 ** -24));
    expect(largest).toBeGreaterThan(0.97 * c.bound);
  }
});
