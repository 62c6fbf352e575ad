import { cos } from "../../math/sin.ts";

/** Half a cosine from 1 at x = 0 to 0 at x = 1: `(1 + cos(pi x)) / 2`. */
export function halfCosine(x: number): number {
  return (1 + cos(Math.PI * x)) / 2;
}
