import { pow } from "../../math/pow.ts";
import type { Random } from "../../math/random.ts";
import type { Distribution } from "../space/distribution.ts";
import { cardinality, fromUnit, toUnit, valueAt } from "../space/internal.ts";

/** How near children are to their parents, and mutants to what they were: the larger, the nearer. */
const CROSSOVER_INDEX = 20;
const MUTATION_INDEX = 20;

const clamped = (u: number): number => Math.max(0, Math.min(1, u));

/**
 * A number of a child between or beside those of its parents, in [0, 1]: simulated binary crossover.
 *
 * Source: Deb & Agrawal 1995, "Simulated binary crossover for continuous search space"; with bounds as in Deb 2001,
 * "Multi-objective optimization using evolutionary algorithms", section 4.3.
 */
function beside(random: Random, a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  const width = high - low;
  if (width < 1e-14) return a;
  const power = CROSSOVER_INDEX + 1;
  const isLower = random.uniform() < 0.5;
  const room = isLower ? low : 1 - high;
  const alpha = 2 - pow(1 + (2 * room) / width, -power);
  const u = random.uniform();
  const spread = pow(u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha), 1 / power);
  return clamped(0.5 * (low + high + (isLower ? -1 : 1) * spread * width));
}

/** A child's value of a parameter that both parents have. */
export function crossed(random: Random, d: Distribution, a: number, b: number): number {
  const blends = random.uniform() < 0.5;
  if (d.kind === "categorical" || !blends) return random.uniform() < 0.5 ? a : b;
  return fromUnit(d, beside(random, clamped(toUnit(d, a)), clamped(toUnit(d, b))));
}

/** A number near another one, in [0, 1]: polynomial mutation. Source: Deb 2001, section 4.3. */
function near(random: Random, x: number): number {
  const power = MUTATION_INDEX + 1;
  const u = random.uniform();
  if (u < 0.5) return x + pow(2 * u + (1 - 2 * u) * pow(1 - x, power), 1 / power) - 1;
  return x + 1 - pow(2 * (1 - u) + (2 * u - 1) * pow(x, power), 1 / power);
}

/** A value other than the one given, if there is another: of numbers a near one, of choices any. */
export function mutated(random: Random, d: Distribution, x: number): number {
  const count = cardinality(d);
  if (count === 1) return x;
  if (d.kind === "categorical") {
    const other = random.integer(count - 1);
    return other < x ? other : other + 1;
  }
  const u = clamped(toUnit(d, x));
  const moved = clamped(near(random, u));
  const value = fromUnit(d, moved);
  if (value !== x || d.step === null) return value;
  // Too short a way to the next value of a few: a step of one.
  const at = Math.round((x - d.low) / d.step);
  const to = moved < u ? at - 1 : at + 1;
  return valueAt(d, to < 0 ? 1 : to >= count ? count - 2 : to);
}
