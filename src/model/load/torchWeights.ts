import { DataError } from "../../errors.ts";
import { strided } from "../../io/npy.ts";
import type { AnyLayer } from "../../layers/defineLayer.ts";
import type { LayerTensor } from "../../layers/layerTensor.ts";
import { sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyModel } from "../model.ts";
import type { Variable } from "../variables.ts";
import { setAll, variablesByLayer } from "./layerWeights.ts";

/** The tensor with its axes in another order. */
export function permuted(t: Tensor, order: readonly number[]): Tensor {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = t.shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= t.shape[axis]!;
  }
  const shape = order.map((axis) => t.shape[axis]!);
  const data = strided(
    t.data,
    shape,
    order.map((axis) => strides[axis]!),
    0,
    t.dtype,
  );
  return new Tensor(data, shape, t.dtype);
}

function reshaped(t: Tensor, shape: readonly number[]): Tensor {
  return new Tensor(t.data, shape, t.dtype);
}

/** Layers that leave the order of elements as it is. */
const PASSING: ReadonlySet<string> = new Set([
  "dropout",
  "activation",
  "alphaDropout",
  "gaussianDropout",
  "gaussianNoise",
]);

/** The image [height, width, channels] that a layer's input was flattened from, or null. */
function flattenedFrom(layer: AnyLayer): readonly number[] | null {
  let t: LayerTensor | undefined = layer.calls[0]?.inputs[0];
  while (t?.call && PASSING.has(t.call.layer.kind)) t = t.call.inputs[0];
  if (t?.call?.layer.kind !== "flatten") return null;
  const before = t.call.inputs[0]!.shape;
  return before.length >= 2 ? before : null;
}

/** [out, in] to [in, out]; where the input was flattened from an image, PyTorch counts channels first. */
function denseKernel(weight: Tensor, from: readonly number[] | null): Tensor {
  const [units, features] = weight.shape as [number, number];
  if (!from || sizeOf(from) !== features) return permuted(weight, [1, 0]);
  const channels = from.at(-1)!;
  const spatial = from.slice(0, -1);
  const split = reshaped(weight, [units, channels, ...spatial]);
  const last = spatial.map((_, i) => i + 2);
  return reshaped(permuted(split, [...last, 1, 0]), [features, units]);
}

/** Blocks of rows in another order: gates. */
function reordered(t: Tensor, order: readonly number[]): Tensor {
  const width = t.data.length / order.length;
  const data = new Float32Array(t.data.length);
  order.forEach((from, to) =>
    data.set(t.data.subarray(from * width, (from + 1) * width), to * width),
  );
  return new Tensor(data, t.shape, "float32");
}

function sum(a: Tensor, b: Tensor): Tensor {
  return new Tensor(
    Float32Array.from(a.data, (value, i) => value + b.data[i]!),
    a.shape,
    "float32",
  );
}

function stacked(a: Tensor, b: Tensor): Tensor {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return new Tensor(data, [2, a.data.length], "float32");
}

/** PyTorch's gates r, z, n of a GRU as Keras's z, r, n. */
const GRU_GATES = [1, 0, 2];

/** A parameter of a layer from a module's tensors, in our layout; null where the layer has another one. */
function parameterOf(
  layer: AnyLayer,
  parameter: string,
  tensor: (name: string) => Tensor,
): Tensor | null {
  const { kind } = layer;
  const norms: Readonly<Record<string, string>> = {
    gamma: "weight",
    beta: "bias",
    scale: "weight",
    movingMean: "running_mean",
    movingVariance: "running_var",
    alpha: "weight",
    embeddings: "weight",
  };
  if (Object.hasOwn(norms, parameter)) return tensor(norms[parameter]!);
  if (kind === "lstm" || kind === "gru" || kind === "simpleRNN") {
    const gates = (t: Tensor): Tensor => (kind === "gru" ? reordered(t, GRU_GATES) : t);
    if (parameter === "kernel") return permuted(gates(tensor("weight_ih_l0")), [1, 0]);
    if (parameter === "recurrentKernel") return permuted(gates(tensor("weight_hh_l0")), [1, 0]);
    const [a, b] = [gates(tensor("bias_ih_l0")), gates(tensor("bias_hh_l0"))];
    return kind === "gru" ? stacked(a, b) : sum(a, b);
  }
  if (parameter === "bias") return tensor("bias");
  if (parameter !== "kernel") return null;
  const weight = tensor("weight");
  if (kind === "dense")
    return weight.shape.length === 2 ? denseKernel(weight, flattenedFrom(layer)) : null;
  const rank = weight.shape.length - 2;
  if (rank !== 1 && rank !== 2) return null;
  const spatial = rank === 1 ? [2] : [2, 3];
  if (kind === "depthwiseConv2d") {
    const [h, w] = [weight.shape[2]!, weight.shape[3]!];
    const multiplier = Number(layer.options["depthMultiplier"]);
    return reshaped(permuted(weight, [2, 3, 0, 1]), [
      h,
      w,
      weight.shape[0]! / multiplier,
      multiplier,
    ]);
  }
  // conv [out, in, ...] to [..., in, out]; transposed convolution [in, out, ...] to [..., out, in].
  return kind.startsWith("conv") ? permuted(weight, [...spatial, 1, 0]) : null;
}

/** How a layer's name is found among the file's modules: a map from ours to theirs, or a function. */
export type ModuleNames =
  | Readonly<Record<string, string>>
  | ((layer: string) => string | undefined);

/** Whether names look like those of a PyTorch state_dict. */
export function looksLikeTorch(names: Iterable<string>): boolean {
  return [...names].some((name) => /(^|[./])(weight|bias|running_mean|weight_ih_l0)$/.test(name));
}

/**
 * Sets a model's variables from a state_dict: PyTorch's layouts are transposed to channels last, gates are put in
 * Keras's order, and a dense layer behind a flatten counts its inputs channels last.
 *
 * Modules are found by `names`, else by their own names (dots as "_"), else in order.
 *
 * @throws DataError naming what is missing, or whose shapes differ
 */
export function setTorchWeights(
  subject: string,
  model: AnyModel,
  tensors: ReadonlyMap<string, Tensor>,
  names: ModuleNames | null,
): void {
  const modules = new Map<string, Map<string, Tensor>>();
  for (const [name, t] of tensors) {
    const at = Math.max(name.lastIndexOf("."), name.lastIndexOf("/"));
    const [module, parameter] = [name.slice(0, Math.max(at, 0)), name.slice(at + 1)];
    if (parameter === "num_batches_tracked") continue;
    if (!modules.has(module)) modules.set(module, new Map());
    modules.get(module)!.set(parameter, t);
  }
  const groups = [...variablesByLayer(model)];
  const plain = new Map([...modules.keys()].map((name) => [name.replaceAll(/[./]/g, "_"), name]));
  const byName = groups.every(([layer]) => plain.has(layer));
  const order = [...modules.keys()];
  if (!names && !byName && order.length !== groups.length) {
    throw new DataError(
      `${subject}: has ${order.length} modules with tensors (${order.slice(0, 8).join(", ")}), the model ${groups.length} layers (${groups
        .slice(0, 8)
        .map(([layer]) => layer)
        .join(", ")}); give names, from layers to modules`,
    );
  }
  const found = new Map<Variable, Tensor>();
  groups.forEach(([layerName, variables], i) => {
    const given = typeof names === "function" ? names(layerName) : names?.[layerName];
    const module = given ?? plain.get(layerName) ?? (names ? undefined : order[i]);
    const own = module === undefined ? undefined : modules.get(module);
    if (!own)
      throw new DataError(
        `${subject}: has no module "${module ?? layerName}" for layer "${layerName}"; give names`,
      );
    for (const v of variables) {
      const parameter = v.name.slice(layerName.length + 1);
      const t = parameterOf(v.layers[0]!, parameter, (name) => {
        const one = own.get(name);
        if (!one)
          throw new DataError(`${subject}: has no tensor "${module}.${name}" for "${v.name}"`);
        return one;
      });
      if (!t)
        throw new DataError(
          `${subject}: "${v.name}" of ${v.layers[0]!.kind} has no counterpart in PyTorch's "${module}"`,
        );
      found.set(v, t);
    }
  });
  setAll(subject, model, found);
}
