import type { Initializer } from "../../src/initializers/defineInitializer.ts";
import { heNormal } from "../../src/initializers/heNormal.ts";
import { lecunNormal } from "../../src/initializers/lecunNormal.ts";
import { varianceScaling } from "../../src/initializers/varianceScaling.ts";

/** One case of initializers.json. */
export interface InitializerCase {
  readonly init: string;
  readonly shape: readonly number[];
  readonly gain?: number;
  readonly mode?: "fan_in" | "fan_out";
  readonly a?: number;
  readonly bound?: number;
  readonly std?: number;
  readonly fan_in?: number;
  readonly fan_out?: number;
}

/** PyTorch's and Keras's initializers, made of ours. */
export function goldenInitializer(c: InitializerCase, seed: number): Initializer {
  const distribution = c.init.endsWith("uniform") ? "uniform" : "untruncatedNormal";
  if (c.init.startsWith("xavier")) {
    return varianceScaling({ scale: c.gain! ** 2, mode: "fanAvg", distribution, seed });
  }
  if (c.init.startsWith("kaiming")) {
    const mode = c.mode === "fan_in" ? "fanIn" : "fanOut";
    return varianceScaling({ scale: 2 / (1 + c.a! ** 2), mode, distribution, seed });
  }
  return c.init.startsWith("lecun") ? lecunNormal({ seed }) : heNormal({ seed });
}

/** Our axes [...kernel, in, out] for PyTorch's [out, in, ...kernel]. */
export function ourShape([out, inputs, ...kernel]: readonly number[]): number[] {
  return [...kernel, inputs!, out!];
}
