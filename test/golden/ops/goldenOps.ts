import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";

/** Golden op names and the calls that they mean: inputs by name and attributes to one output, or outputs by name. */
export type GoldenOps = Readonly<
  Record<
    string,
    (
      inputs: Readonly<Record<string, SymbolicTensor>>,
      attrs: Readonly<Record<string, unknown>>,
    ) => SymbolicTensor | Record<string, SymbolicTensor>
  >
>;
