import { runtimeName } from "../runtime/platform.ts";
import type { Engine } from "./engine.ts";

/** The package's version: what is computed may differ from one to the next. */
export const VERSION = "0.1.0";

/** What decides the bits of a result besides the model, the data and the seed. */
export interface Arithmetic {
  readonly version: string;
  /** `exact` is the same in every engine; `fused` leaves open where products are rounded. */
  readonly rounding: "exact" | "fused";
  /** What it ran in: `node 20.20.2`. */
  readonly runtime: string;
}

/** The arithmetic of an engine. The number of threads is no part of it. */
export function arithmeticOf(engine: Engine): Arithmetic {
  const rounding = engine.variant.startsWith("relaxed") ? "fused" : "exact";
  return { version: VERSION, rounding, runtime: runtimeName() };
}

/** Whether two arithmetics give the same bits: fused ones are held to do so in one runtime only. */
export function sameArithmetic(a: Arithmetic, b: Arithmetic): boolean {
  if (a.version !== b.version || a.rounding !== b.rounding) return false;
  return a.rounding === "exact" || a.runtime === b.runtime;
}

/** `0.1.0, fused multiply-add in node 20.20.2`. */
export function printArithmetic({ version, rounding, runtime }: Arithmetic): string {
  return `${version}, ${rounding === "exact" ? "without" : "with"} fused multiply-add in ${runtime}`;
}
