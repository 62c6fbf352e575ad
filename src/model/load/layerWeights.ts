import { DataError } from "../../errors.ts";
import { printShape, sameShape, sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyModel } from "../model.ts";
import type { Variable } from "../variables.ts";
import { camel, ownName } from "./kerasJson.ts";

/** Tensors of one layer, in the file's order, by their names there. */
export type LayerWeights = readonly (readonly [name: string, tensor: Tensor])[];

/** Parts of a name that tell a parameter: `forward_lstm/lstm_cell/recurrent_kernel:0` as words in camelCase. */
function partsOf(name: string): string[] {
  return name.replace(/:\d+$/, "").split("/").map(camel);
}

/** Keras's own word where ours differs. */
const ALIASES: Readonly<Record<string, string>> = {
  depthwiseKernel: "kernel",
  W: "kernel",
  b: "bias",
};

function leafOf(name: string): string {
  const leaf = partsOf(name).at(-1)!;
  const short = /_([a-zA-Z])$/.exec(name)?.[1] ?? leaf;
  return ALIASES[leaf] ?? ALIASES[short] ?? leaf;
}

/** For each variable the tensor with its name; null where names do not tell. */
function byLeaf(variables: readonly Variable[], weights: LayerWeights): Tensor[] | null {
  const left = [...weights];
  const found: Tensor[] = [];
  for (const v of variables) {
    const parts = v.name.split("/").slice(1);
    const leaf = parts.at(-1)!;
    const holders = parts.slice(0, -1).map((part) => camel(ownName(part)));
    const fits = left.filter(([name]) => {
      const theirs = partsOf(name);
      const own = theirs.at(-1) === leaf || leafOf(name) === leaf;
      return own && holders.every((holder) => theirs.includes(holder));
    });
    if (fits.length !== 1) return null;
    found.push(fits[0]![1]);
    left.splice(left.indexOf(fits[0]!), 1);
  }
  return found;
}

/** The tensor in the shape of its variable; axes of length 1 may differ. @throws DataError */
function fitted(subject: string, v: Variable, t: Tensor): Tensor {
  const { shape } = v.spec;
  const short = (s: readonly number[]): number[] => s.filter((n) => n !== 1);
  if (t.dtype === "float32" && sameShape(t.shape, shape)) return t;
  if (sizeOf(t.shape) !== sizeOf(shape) || !sameShape(short(t.shape), short(shape))) {
    throw new DataError(
      `${subject}: "${v.name}" must have shape ${printShape(shape)}, the file has ${printShape(t.shape)}`,
    );
  }
  return new Tensor(t.dtype === "float32" ? t.data : Float32Array.from(t.data), shape, "float32");
}

/** Sets every variable of a model. @throws DataError naming one that is missing */
export function setAll(
  subject: string,
  model: AnyModel,
  tensors: ReadonlyMap<Variable, Tensor>,
): void {
  model.setWeights(
    model.variables.map((v) => {
      const t = tensors.get(v);
      if (!t) throw new DataError(`${subject}: has no values for "${v.name}"`);
      return fitted(subject, v, t);
    }),
  );
}

/** Variables of each layer that has some, in the model's order. */
export function variablesByLayer(model: AnyModel): Map<string, Variable[]> {
  const groups = new Map<string, Variable[]>();
  for (const v of model.variables) {
    const layer = v.name.slice(0, v.name.indexOf("/"));
    if (!groups.has(layer)) groups.set(layer, []);
    groups.get(layer)!.push(v);
  }
  return groups;
}

/**
 * Sets a model's variables from the layers of a file: by the layers' names where all are there, otherwise in order,
 * as Keras does. Within a layer names decide, and the order where they do not tell.
 *
 * @param layers  layers of the file that have tensors, in order
 * @throws DataError where layers are missing, or shapes differ
 */
export function setLayerWeights(
  subject: string,
  model: AnyModel,
  layers: ReadonlyMap<string, LayerWeights>,
): void {
  const filled = new Map(
    [...layers].filter(([, weights]) => weights.length > 0).map(([name, w]) => [ownName(name), w]),
  );
  const groups = variablesByLayer(model);
  const named = [...groups.keys()].every((name) => filled.has(name));
  const list = [...filled.values()];
  if (!named && list.length !== groups.size) {
    const missing = [...groups.keys()].find((name) => !filled.has(name));
    throw new DataError(
      `${subject}: has ${list.length} layers with weights, the model ${groups.size}, and none is named "${missing}"; name the model's layers as in the file`,
    );
  }
  const tensors = new Map<Variable, Tensor>();
  [...groups].forEach(([name, variables], i) => {
    const weights = named ? filled.get(name)! : list[i]!;
    const found = byLeaf(variables, weights);
    if (!found && weights.length !== variables.length) {
      throw new DataError(
        `${subject}: layer "${name}" must have ${variables.length} tensors (${variables.map((v) => v.name).join(", ")}), the file has ${weights.length}`,
      );
    }
    variables.forEach((v, j) => tensors.set(v, found ? found[j]! : weights[j]![1]));
  });
  setAll(subject, model, tensors);
}
