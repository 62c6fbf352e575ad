import type { SymbolicTensor } from "../../graph/symbolic.ts";
import { layers } from "../../layers/catalogue.gen.ts";
import { add, mul } from "../../ops/binary.ts";
import { clamp } from "../../ops/clamp.ts";

/**
 * What readers of other libraries' models build with. They are loaded when they are needed, and get it handed over:
 * if they imported the layers themselves, a bundler would give every page all layers.
 */
export interface Parts {
  readonly layers: typeof layers;
  /** Keras 2's form, `min(max(0.2 x + 0.5, 0), 1)`; Keras 3 and PyTorch have slope 1/6. */
  readonly hardSigmoid2: (x: SymbolicTensor) => SymbolicTensor;
}

/** The library's own parts. */
export function ownParts(): Parts {
  return { layers, hardSigmoid2: (x) => clamp(add(mul(x, 0.2), 0.5), { min: 0, max: 1 }) };
}
