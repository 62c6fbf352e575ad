import { DataError } from "../../errors.ts";
import type { AnyLayer } from "../../layers/defineLayer.ts";
import { type LayerTensor, input } from "../../layers/layerTensor.ts";
import type { Shape } from "../../shape.ts";
import { Functional } from "../functional.ts";
import type { AnyModel, Model } from "../model.ts";
import { Sequential } from "../sequential.ts";
import { type JsonObject, isObject, objectOf, ownName } from "./kerasJson.ts";
import { type KerasContext, layerFromKeras } from "./kerasLayer.ts";

/** What decides how a config is read. */
export interface KerasOptions extends KerasContext {
  /** Shape of a sample where the config leaves axes open. */
  readonly inputShape: Shape | null;
}

/** Models within models. */
const DEPTH = 8;

/** Shape of a sample, from a shape with its batch axis. @throws DataError where an axis is open */
function sampleShape(
  subject: string,
  value: unknown,
  { inputShape }: KerasOptions,
): number[] | null {
  if (!Array.isArray(value)) return null;
  const shape: unknown[] = value.slice(1);
  if (shape.every((n) => Number.isSafeInteger(n) && (n as number) > 0)) return shape as number[];
  if (inputShape?.length === shape.length) return [...inputShape];
  throw new DataError(
    `${subject}: leaves axes of its input open, ${JSON.stringify(value).slice(0, 60)}; give inputShape`,
  );
}

function shapeIn(config: JsonObject): unknown {
  return config["batch_input_shape"] ?? config["batch_shape"] ?? config["batchInputShape"];
}

function className(subject: string, layer: JsonObject): string {
  const name = layer["class_name"];
  if (typeof name !== "string") throw new DataError(`${subject}: a layer must have a class_name`);
  return name;
}

function listOf(subject: string, what: string, value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) throw new DataError(`${subject}: must have a list of ${what}`);
  return value.map((one: unknown) => objectOf(subject, "every layer", one));
}

function readLayer(
  subject: string,
  layer: JsonObject,
  options: KerasOptions,
  depth: number,
): AnyLayer {
  const config = objectOf(subject, "a layer's config", layer["config"]);
  const named = typeof layer["name"] === "string" ? { ...config, name: layer["name"] } : config;
  return layerFromKeras(subject, className(subject, layer), named, options, (kind, inner) =>
    modelOf(subject, kind, inner, options, depth + 1).asLayer(),
  );
}

function sequentialOf(
  subject: string,
  config: unknown,
  options: KerasOptions,
  depth: number,
): Model {
  const described = isObject(config) ? config : {};
  const list = listOf(subject, "layers", Array.isArray(config) ? config : described["layers"]);
  const name = typeof described["name"] === "string" ? described["name"] : "sequential";
  let shape: number[] | null = null;
  const layers: AnyLayer[] = [];
  for (const [i, layer] of list.entries()) {
    const own = objectOf(subject, "a layer's config", layer["config"]);
    if (i === 0) shape = sampleShape(subject, shapeIn(own), options);
    if (layer["class_name"] !== "InputLayer")
      layers.push(readLayer(subject, layer, options, depth));
  }
  shape ??=
    sampleShape(subject, described["build_input_shape"], options) ??
    (options.inputShape && [...options.inputShape]);
  if (!shape) throw new DataError(`${subject}: has no shape of its input; give inputShape`);
  const model = new Sequential(layers as never, { name: ownName(name), seed: 0 });
  model.build(shape);
  return model;
}

/** Where a tensor comes from: layer, application, output. */
type Origin = readonly [layer: string, node: number, output: number];

function originOf(subject: string, value: unknown): Origin {
  if (Array.isArray(value)) {
    const [layer, node = 0, output = 0] = value as unknown[];
    if (typeof layer === "string" && Number.isInteger(node) && Number.isInteger(output))
      return [layer, node as number, output as number];
  }
  throw new DataError(
    `${subject}: a tensor must be [layer, node, output], got ${JSON.stringify(value)?.slice(0, 60)}`,
  );
}

/** Origins, of one tensor or a list. */
function originsOf(subject: string, value: unknown): Origin[] {
  if (isObject(value)) return Object.values(value).flatMap((one) => originsOf(subject, one));
  if (!Array.isArray(value)) throw new DataError(`${subject}: must list its inputs and outputs`);
  return typeof value[0] === "string"
    ? [originOf(subject, value)]
    : (value as unknown[]).map((one) => originOf(subject, one));
}

/** Tensors among the arguments of a call, as Keras 3 writes them. */
function argumentsOf(subject: string, value: unknown, depth: number = 0): Origin[] {
  if (depth > DEPTH) throw new DataError(`${subject}: arguments are nested too deeply`);
  if (Array.isArray(value)) return value.flatMap((one) => argumentsOf(subject, one, depth + 1));
  if (!isObject(value)) return [];
  if (value["class_name"] === "__keras_tensor__")
    return [originOf(subject, objectOf(subject, "a tensor", value["config"])["keras_history"])];
  return Object.values(value).flatMap((one) => argumentsOf(subject, one, depth + 1));
}

/** The inputs of each application of a layer: lists of lists in Keras 2, objects in Keras 3. */
function nodesOf(subject: string, layer: JsonObject): Origin[][] {
  const nodes = layer["inbound_nodes"] ?? [];
  if (!Array.isArray(nodes)) throw new DataError(`${subject}: inbound_nodes must be a list`);
  return (nodes as unknown[]).map((node) => {
    if (isObject(node)) return argumentsOf(subject, [node["args"], node["kwargs"]]);
    if (!Array.isArray(node)) throw new DataError(`${subject}: a node must be a list`);
    return typeof node[0] === "string"
      ? [originOf(subject, node)]
      : (node as unknown[]).map((one) => originOf(subject, one));
  });
}

/** An application of a layer whose inputs may not be there yet. */
interface Waiting {
  readonly layer: AnyLayer;
  readonly name: string;
  readonly node: number;
  readonly inputs: readonly Origin[];
}

/** Models whose applications are counted from 1: TensorFlow.js counts their own making, Keras does not. */
function countedFromOne(calls: readonly Waiting[], ends: readonly Origin[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { layer, name, node } of calls)
    if (layer.kind === "model") counts.set(name, Math.max(node + 1, counts.get(name) ?? 0));
  const origins = [...calls.flatMap((call) => call.inputs), ...ends];
  return new Set(
    origins.filter(([name, node]) => node >= (counts.get(name) ?? Infinity)).map(([name]) => name),
  );
}

function functionalOf(
  subject: string,
  config: JsonObject,
  options: KerasOptions,
  depth: number,
): Model<unknown> {
  const list = listOf(subject, "layers", config["layers"]);
  const made = new Map<string, readonly LayerTensor[]>();
  const key = ([layer, node]: Origin): string => `${node} ${layer}`;
  let waiting: Waiting[] = [];
  const indices = new Set<string>();
  for (const layer of list) {
    if (layer["class_name"] !== "Embedding") continue;
    for (const [name] of nodesOf(subject, layer).flat()) indices.add(name);
  }
  const inputs = new Map<string, LayerTensor>();
  for (const layer of list) {
    const own = objectOf(subject, "a layer's config", layer["config"]);
    const name = String(layer["name"] ?? own["name"]);
    if (layer["class_name"] === "InputLayer") {
      const shape = sampleShape(`${subject}: input "${name}"`, shapeIn(own), options);
      if (!shape) throw new DataError(`${subject}: input "${name}" has no shape`);
      const dtype = indices.has(name) || /^u?int/.test(String(own["dtype"])) ? "int32" : "float32";
      const t = input(shape, { name, dtype });
      made.set(key([name, 0, 0]), [t]);
      inputs.set(name, t);
      continue;
    }
    const read = readLayer(subject, { ...layer, name }, options, depth);
    nodesOf(subject, layer).forEach((origins, node) =>
      waiting.push({ layer: read, name, node, inputs: origins }),
    );
  }
  const ends = originsOf(subject, config["output_layers"]);
  const shifted = countedFromOne(waiting, ends);
  const tensorAt = ([layer, node, output]: Origin): LayerTensor | undefined =>
    made.get(key([layer, shifted.has(layer) ? node - 1 : node, 0]))?.[output];
  while (waiting.length > 0) {
    const later: Waiting[] = [];
    for (const call of waiting) {
      const ready = call.inputs.map(tensorAt);
      if (ready.includes(undefined) || ready.length === 0) later.push(call);
      else made.set(key([call.name, call.node, 0]), [call.layer(ready as LayerTensor[])].flat());
    }
    if (later.length === waiting.length) {
      throw new DataError(
        `${subject}: layer "${later[0]!.name}" needs what no layer gives; the graph has a cycle or is damaged`,
      );
    }
    waiting = later;
  }
  const outputs = ends.map((origin) => {
    const t = tensorAt(origin);
    if (!t) throw new DataError(`${subject}: has no layer "${origin[0]}", which is an output`);
    return t;
  });
  const starts = originsOf(subject, config["input_layers"]).map(([name]) => {
    const t = inputs.get(name);
    if (!t) throw new DataError(`${subject}: has no input "${name}"`);
    return t;
  });
  const name = typeof config["name"] === "string" ? ownName(config["name"]) : "model";
  return new Functional(starts, outputs, null, outputs.length === 1 ? "single" : "list", { name });
}

function modelOf(
  subject: string,
  kind: string,
  config: unknown,
  options: KerasOptions,
  depth: number,
): AnyModel {
  if (depth > DEPTH) throw new DataError(`${subject}: models are nested too deeply`);
  if (kind === "Sequential") return sequentialOf(subject, config, options, depth);
  if (kind === "Model" || kind === "Functional")
    return functionalOf(subject, objectOf(subject, "the model's config", config), options, depth);
  throw new DataError(
    `${subject}: a model of class "${kind}" holds code that is not in the file; build it here and use loadWeights`,
  );
}

/**
 * A model, with first values drawn anew, from the JSON that Keras 2, Keras 3 and TF.js write: `{ class_name, config }`.
 *
 * @throws DataError naming the layer
 */
export function modelFromKeras(subject: string, config: JsonObject, options: KerasOptions): Model {
  try {
    return modelOf(subject, className(subject, config), config["config"], options, 0) as Model;
  } catch (error) {
    // Shapes and options that no layer takes come from the file, not from the caller.
    if (error instanceof DataError || !(error instanceof RangeError || error instanceof TypeError))
      throw error;
    throw new DataError(`${subject}: ${error.message}`, { cause: error });
  }
}
