import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { printShape, sameShape } from "../shape.ts";
import { countedStreams, forward } from "./forward.ts";
import type { AnyModel } from "./model.ts";

/** Options of `statelessCall`. */
export interface StatelessCallOptions {
  /** Dropout drops and batch norm takes the batch's statistics; running ones do not move. Default false. */
  training?: boolean;
}

/**
 * The model's outputs as a graph of ops over weights that are given.
 *
 * @param weights  in the order of getWeights()
 * @param inputs   with their batch axis
 * @throws ShapeError where number or shapes differ
 */
export function statelessCall(
  model: AnyModel,
  weights: readonly SymbolicTensor[],
  inputs: readonly SymbolicTensor[],
  { training = false }: StatelessCallOptions,
): SymbolicTensor[] {
  const { topology, variables } = model;
  const subject = `model "${model.name}": statelessCall`;
  const check = (
    what: string,
    got: readonly SymbolicTensor[],
    want: readonly { name: string; shape: readonly number[] }[],
  ): void => {
    if (got.length !== want.length)
      throw new ShapeError(
        `${subject} needs ${want.length} ${what} (${want.map((w) => w.name).join(", ")}), got ${got.length}`,
      );
    want.forEach(({ name, shape }, i) => {
      const own = what === "inputs" ? got[i]!.shape.slice(1) : got[i]!.shape;
      if (!sameShape(own, shape))
        throw new ShapeError(
          `${subject}: "${name}" must have shape ${printShape(what === "inputs" ? [null, ...shape] : shape)}, got ${printShape(got[i]!.shape)}`,
        );
    });
  };
  check(
    "weights",
    weights,
    variables.map((v) => ({ name: v.name, shape: v.spec.shape })),
  );
  const { inputNames } = topology;
  check(
    "inputs",
    inputs,
    topology.inputs.map((t, i) => ({ name: inputNames[i]!, shape: t.shape })),
  );
  const byName = new Map(variables.map((v, i) => [v.name, weights[i]!]));
  return forward(topology.outputs, new Map(topology.inputs.map((t, i) => [t, inputs[i]!])), {
    nameOf: topology.nameOf,
    variable: (name) => byName.get(name)!,
    training,
    randomStream: countedStreams(),
    update: () => {},
  });
}
