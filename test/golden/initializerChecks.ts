import { fans } from "../../src/initializers/defineInitializer.ts";
import { type Check, casesOf } from "./check.ts";
import type { GoldenFile } from "./golden.ts";
import { type InitializerCase, goldenInitializer, ourShape } from "./initializers.ts";

/** Draws of the whole shape: enough that the statistics say something for small shapes too. */
const DRAWS = 40;

/** Standard errors that mean and deviation may be off. */
const ERRORS = 4;

/**
 * Mean and standard deviation within 4 standard errors, and, where there is a bound, values within it
 * that come near it: the largest of the ratios.
 */
function statistics(c: InitializerCase): number {
  const shape = ourShape(c.shape);
  const values = Array.from({ length: DRAWS }, (_, seed) => [
    ...goldenInitializer(c, seed)(shape).data,
  ]).flat();
  const n = values.length;
  const mean = values.reduce((a, b) => a + b) / n;
  const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
  const expected = c.std ?? c.bound! / Math.sqrt(3);
  if (!(expected > 0)) throw new TypeError(`"std" or "bound" must be above 0`);
  const worst = Math.max(
    Math.abs(mean) / ((ERRORS * expected) / Math.sqrt(n)),
    // The standard error of a standard deviation is at most that of a normal, sigma / sqrt(2 n).
    Math.abs(std - expected) / ((ERRORS * expected) / Math.sqrt(2 * n)),
  );
  if (c.bound === undefined) return worst;
  const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) / c.bound;
  // Rounded to float32. A distribution that ends far inside its bound is another one.
  return largest <= 1 + 2 ** -24 && largest > 0.9 ? worst : Infinity;
}

function runCase(c: InitializerCase): number {
  if (!Array.isArray(c.shape) || c.shape.length < 2)
    throw new TypeError(`"shape" must have at least 2 axes`);
  if (c.init !== "fans") return statistics(c);
  const { fanIn, fanOut } = fans(ourShape(c.shape));
  return fanIn === c.fan_in && fanOut === c.fan_out ? 0 : Infinity;
}

/** The checks of a file of format golden-init/1. */
export function initializerChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const c = value as InitializerCase;
    const later = c.init === "orthogonal" ? "orthogonal initializer" : undefined;
    const group = String(c.init).replace(/\(.*/, "");
    return {
      file: path,
      group,
      id: `${id} ${c.init}`,
      ...(later && { later }),
      run: async () => runCase(c),
    };
  });
}
