import { OptionError } from "../errors.ts";
import type { AnyLayer } from "../layers/defineLayer.ts";
import type { LayerCall, LayerTensor } from "../layers/layerTensor.ts";
import { sizeOf } from "../shape.ts";
import { type Variable, cellOf } from "./variables.ts";

/** The graph of layers between a model's inputs and outputs, and the names of its parts. */
export interface Topology {
  readonly inputs: readonly LayerTensor[];
  readonly outputs: readonly LayerTensor[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Applications of layers, inputs first. */
  readonly calls: readonly LayerCall[];
  /** Layers in the order of their first application. */
  readonly layers: readonly AnyLayer[];
  readonly nameOf: (layer: AnyLayer) => string;
}

/** The applications that the outputs need, inputs first. @throws OptionError where they need an input that is not given */
export function callsOf(
  subject: string,
  inputs: readonly LayerTensor[],
  outputs: readonly LayerTensor[],
): LayerCall[] {
  const calls: LayerCall[] = [];
  const seen = new Set<LayerCall>();
  const visit = (t: LayerTensor): void => {
    if (inputs.includes(t)) return;
    if (t.call === null) {
      throw new OptionError(
        `${subject}: an output depends on the input ${t.name === null ? `of shape [${t.shape}]` : `"${t.name}"`}, which is not among inputs; add it`,
      );
    }
    if (seen.has(t.call)) return;
    seen.add(t.call);
    t.call.inputs.forEach(visit);
    calls.push(t.call);
  };
  outputs.forEach(visit);
  return calls;
}

/** A name that is not taken: `base`, `base_1`, ... */
function freeName(base: string, taken: ReadonlySet<string>): string {
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
  return name;
}

/**
 * Names of layers: their own, else their kind with a number. A layer keeps its first name in other models,
 * unless it was counted and another layer has it there.
 *
 * @throws OptionError where two layers were given the same name
 */
export function nameLayers(
  subject: string,
  layers: readonly AnyLayer[],
): (layer: AnyLayer) => string {
  const names = new Map<AnyLayer, string>();
  const taken = new Set<string>();
  for (const layer of layers) {
    const own = layer.options["name"] as string | null;
    if (own === null) continue;
    if (own === "" || own.includes("/"))
      throw new OptionError(
        `${subject}: a layer's name must not be empty or hold "/", got "${own}"`,
      );
    if (taken.has(own))
      throw new OptionError(`${subject}: two layers are named "${own}"; names must differ`);
    taken.add(own);
    names.set(layer, own);
  }
  for (const layer of layers) {
    if (names.has(layer)) continue;
    const before = layer.layerName;
    const name = before !== null && !taken.has(before) ? before : freeName(layer.kind, taken);
    taken.add(name);
    names.set(layer, name);
    layer.layerName ??= name;
  }
  return (layer) => names.get(layer)!;
}

/** Names of inputs: their own, else `input`, `input_1`, ... */
function nameInputs(subject: string, inputs: readonly LayerTensor[]): string[] {
  const taken = new Set(inputs.flatMap((t) => (t.name === null ? [] : [t.name])));
  if (taken.size < inputs.filter((t) => t.name !== null).length)
    throw new OptionError(`${subject}: two inputs have the same name; names must differ`);
  return inputs.map((t) => {
    if (t.name !== null) return t.name;
    const name = freeName("input", taken);
    taken.add(name);
    return name;
  });
}

/** The topology of a graph of layers. @throws OptionError */
export function topologyOf(
  subject: string,
  inputs: readonly LayerTensor[],
  outputs: readonly LayerTensor[],
  outputNames: readonly string[] | null,
): Topology {
  const calls = callsOf(subject, inputs, outputs);
  const layers = [...new Set(calls.map((call) => call.layer))];
  const nameOf = nameLayers(subject, layers);
  const taken = new Set<string>();
  const names =
    outputNames ??
    outputs.map((t) => {
      const name = freeName(t.call ? nameOf(t.call.layer) : "output", taken);
      taken.add(name);
      return name;
    });
  return {
    inputs,
    outputs,
    inputNames: nameInputs(subject, inputs),
    outputNames: names,
    calls,
    layers,
    nameOf,
  };
}

/** The variables of a graph, each once, in the order of its layers. */
export function variablesOf({ calls, nameOf }: Topology): Variable[] {
  const variables: Variable[] = [];
  const seen = new Set<AnyLayer>();
  for (const { layer, inputs } of calls) {
    if (seen.has(layer)) continue;
    seen.add(layer);
    for (const [key, spec] of Object.entries(layer.params(inputs.map((x) => x.shape)))) {
      const layers = [layer];
      let parameter = key;
      for (let inner = layer.inner(key); inner; inner = inner.layer.inner(inner.parameter)) {
        layers.unshift(inner.layer);
        parameter = inner.parameter;
      }
      const cell = cellOf(layers[0]!, parameter);
      const size = sizeOf(spec.shape);
      const held = cell.values?.length ?? cell.at?.variable.size ?? size;
      if (held !== size) {
        throw new OptionError(
          `${layer.kind} "${nameOf(layer)}": "${key}" has ${held} elements in another model, ${size} here; a layer that is shared needs inputs of one shape`,
        );
      }
      variables.push({ name: `${nameOf(layer)}/${key}`, spec, size, layers, cell });
    }
  }
  return variables;
}
