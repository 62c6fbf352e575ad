import { type Shape, sizeOf } from "../shape.ts";

/** Floating-point operations of an op that takes one exp, log, tanh, ... an element: what decides on threads. */
export function elementaryFlops([x]: readonly Shape[]): number {
  return 20 * sizeOf(x!);
}
