import { DataError, OptionError, ShapeError, checkName } from "../errors.ts";
import { printShape } from "../shape.ts";
import { Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";
import {
  checkNumbers,
  elementOf,
  hostTensor,
  indexLabels,
  inputTensor,
  valueLabels,
} from "../train/arrays.ts";
import type { AnyModel } from "./model.ts";
import { type PerOutput, isRecord } from "./objective.ts";

/** Data of a model: of its one input or output, or of each by name or in order. */
export type DataLike = TensorLike | PerOutput<TensorLike>;

/** Samples as a model takes them. */
export interface Samples {
  readonly x: readonly Tensor[];
  /** Labels of the outputs that have a loss. */
  readonly y: readonly Tensor[];
  readonly weight: Tensor | null;
  readonly rows: number;
}

/** The parts of some data, one for each name. @throws OptionError, ShapeError */
function partsOf(
  subject: string,
  what: string,
  data: DataLike,
  names: readonly string[],
): TensorLike[] {
  if (isRecord(data)) {
    for (const name of Object.keys(data)) checkName(subject, `name in ${what}`, name, names);
    return names.map((name) => {
      const part = data[name] as TensorLike | undefined;
      if (part === undefined)
        throw new OptionError(
          `${subject}: ${what} must hold "${name}"; the names are ${names.join(", ")}`,
        );
      return part;
    });
  }
  if (names.length === 1) {
    const alone = Array.isArray(data) && data.length === 1 && !isNested(data[0]);
    return [(alone ? data[0] : data) as TensorLike];
  }
  if (!Array.isArray(data) || data.length !== names.length) {
    throw new ShapeError(
      `${subject}: ${what} must hold one array for each of ${names.join(", ")}: a list in this order, or an object by name`,
    );
  }
  return data as TensorLike[];
}

/** Whether an element of a list is numbers of the list's own tensor, and not a tensor of its own. */
function isNested(part: unknown): boolean {
  return !(part instanceof Tensor || ArrayBuffer.isView(part));
}

/** Checks samples and builds the model from them where it has no shapes yet. */
export function inputsFor(subject: string, model: AnyModel, data: DataLike): Tensor[] {
  const known = model.built ? model.topology : null;
  const names = known?.inputNames ?? ["x"];
  const parts = partsOf(subject, "x", data, names);
  const xs = parts.map((part, i) => {
    const leaf = known?.inputs[i] ?? null;
    const name = names.length === 1 ? "x" : `x "${names[i]}"`;
    const t = inputTensor(subject, name, part, leaf?.shape ?? null, leaf?.dtype ?? null);
    if (known) checkIndices(subject, name, known, i, t);
    return t;
  });
  xs.forEach((t, i) => {
    if (t.shape[0] === xs[0]!.shape[0]) return;
    throw new ShapeError(
      `${subject}: all inputs must have as many samples, but "${names[0]}" has ${xs[0]!.shape[0]} and "${names[i]}" ${t.shape[0]}`,
    );
  });
  if (known) return xs;
  model.build(xs[0]!.shape.slice(1));
  const { dtype, shape } = model.topology.inputs[0]!;
  const x = inputTensor(subject, "x", xs[0]!, shape, dtype);
  checkIndices(subject, "x", model.topology, 0, x);
  return [x];
}

/** Throws where data that a layer takes as indices lie outside: no kernel can. @throws DataError */
function checkIndices(
  subject: string,
  what: string,
  { inputs, calls, nameOf }: AnyModel["topology"],
  index: number,
  t: Tensor,
): void {
  for (const { layer, inputs: own } of calls) {
    const limit = own.includes(inputs[index]!) ? layer.indexLimit : null;
    if (limit === null) continue;
    const bad = t.data.findIndex((v) => !(v >= 0 && v < limit));
    if (bad === -1) continue;
    throw new DataError(
      `${subject}: ${what} must hold indices in [0, ${limit}) for ${layer.kind} "${nameOf(layer)}", but ${elementOf(t, bad)}; raise inputDim`,
    );
  }
}

/** Checks samples, labels and weights. @throws ShapeError, DataError */
export function samplesFor(
  subject: string,
  model: AnyModel,
  x: DataLike,
  y: DataLike | undefined,
  weight?: TensorLike,
): Samples {
  if (y === undefined)
    throw new DataError(`${subject}: there must be labels, got x without y; y comes after x`);
  const inputs = inputsFor(subject, model, x);
  const rows = inputs[0]!.shape[0]!;
  const { heads } = model.objective(false);
  const parts = partsOf(
    subject,
    "y",
    y,
    heads.map((head) => head.name),
  );
  const labels = heads.map(({ loss, output, name }, i) => {
    const what = heads.length === 1 ? "y" : `y "${name}"`;
    const { shape } = model.topology.outputs[output]!;
    return loss.labels === "indices"
      ? indexLabels(subject, what, parts[i]!, rows, shape.slice(0, -1), shape.at(-1)!)
      : valueLabels(subject, what, parts[i]!, rows, shape);
  });
  let weights: Tensor | null = null;
  if (weight !== undefined) {
    weights = tensor(hostTensor(subject, "sampleWeight", weight), undefined, "float32");
    if (weights.size !== rows) {
      throw new ShapeError(
        `${subject}: sampleWeight must hold one number a sample [${rows}], got ${printShape(weights.shape)}`,
      );
    }
    checkNumbers(subject, "sampleWeight", tensor(weights.data, [rows]));
  }
  return { x: inputs, y: labels, weight: weights, rows };
}

/** @throws DataError where all samples have a weight of 0: their mean is none */
export function checkWeights(subject: string, { weight }: Samples): void {
  if (weight?.data.every((w) => w === 0))
    throw new DataError(`${subject}: the weights of samples must not all be 0`);
}
