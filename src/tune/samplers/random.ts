import { type Sampler, randomValue } from "./sampler.ts";

/** Every parameter at random, on its own scale, without a look at the other trials. */
export function randomSampler(): Sampler {
  return {
    name: "random",
    together: () => ({}),
    single: ({ random }, _, distribution) => randomValue(random, distribution),
  };
}
