import { zipSync } from "fflate";
import { type Hdf5Content, type Hdf5Data, encodeHdf5 } from "../../io/encodeHdf5.ts";
import type { AnyLayer } from "../../layers/defineLayer.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { layerGroups } from "../load/kerasGroups.ts";
import type { AnyModel } from "../model.ts";
import type { Written } from "./kerasLayer.ts";
import { kerasConfig } from "./kerasModel.ts";
import { kerasWeights } from "./kerasWeights.ts";

/** Versions of Keras whose forms the files have. */
const KERAS_3 = "3.3.3";
const KERAS_2 = "2.15.0";

/** An attribute has at most 64512 bytes in files of Keras 2: longer lists are split. */
const LONGEST_LIST = 64512;

type Named = readonly (readonly [name: string, values: Tensor])[];

/** Tensors as `vars/0`, `vars/1`, ... */
function vars(weights: Named): Hdf5Content {
  return { datasets: new Map(weights.map(([, values], i) => [String(i), values])) };
}

/** Those whose names begin with a part, without it. */
function below(weights: Named, part: string): Named {
  return weights.flatMap(([name, values]) =>
    name.startsWith(`${part}/`) ? [[name.slice(part.length + 1), values] as const] : [],
  );
}

/** The state of a random generator of Keras's, which layers that draw hold: it is drawn anew. */
const SEED: Hdf5Content = {
  groups: new Map([
    [
      "vars",
      {
        datasets: new Map<string, Hdf5Data>([["0", { shape: [2], data: new Uint32Array(2) }]]),
      },
    ],
  ]),
};

function groups(list: Readonly<Record<string, Hdf5Content>>): Hdf5Content {
  return { groups: new Map(Object.entries(list)) };
}

/** Whether Keras's layer draws numbers, and so holds a generator. */
function draws({ kind, options }: AnyLayer): boolean {
  if (/^(alphaD|gaussianD|spatialD|d)ropout/.test(kind)) return Number(options["rate"]) > 0;
  return kind === "gaussianNoise" && Number(options["stddev"]) > 0;
}

function layerContent(layer: AnyLayer, weights: Named, config: unknown): Hdf5Content {
  const { kind, options } = layer;
  if (kind === "model") return modelContent(options["model"] as AnyModel, weights, config);
  const inner = options["layer"] as AnyLayer | undefined;
  if (kind === "bidirectional" && inner) {
    const of = (direction: string): Named =>
      weights.filter(([name]) => name.startsWith(`${direction}_`));
    const content = (direction: string): Hdf5Content => {
      const list = of(direction);
      const part = list[0]?.[0].split("/")[0] ?? "";
      return layerContent(inner, below(list, part), null);
    };
    return groups({
      vars: {},
      forward_layer: content("forward"),
      backward_layer: content("backward"),
    });
  }
  if (kind === "timeDistributed" && inner) {
    const part = weights[0]?.[0].split("/")[0] ?? "";
    return groups({ vars: {}, layer: layerContent(inner, below(weights, part), null) });
  }
  if ("returnSequences" in options)
    return groups({ vars: {}, cell: groups({ vars: vars(weights), seed_generator: SEED }) });
  return groups({ vars: vars(weights), ...(draws(layer) && { seed_generator: SEED }) });
}

function modelContent(model: AnyModel, weights: Named, config: unknown): Hdf5Content {
  const { layers, nameOf } = model.topology;
  const byName = new Map(layers.map((layer) => [nameOf(layer), layer]));
  const list = layerGroups(config).map(({ name, group, layer }): [string, Hdf5Content] => {
    const own = byName.get(name);
    return [group, own ? layerContent(own, below(weights, name), layer) : groups({ vars: {} })];
  });
  return groups({ vars: {}, layers: { groups: new Map(list) } });
}

function namedWeights(model: AnyModel): Named {
  const values = model.getWeights();
  return model.variables.map(({ name }, i) => [name, values[i]!]);
}

/**
 * A model as a .keras file of Keras 3: metadata.json, config.json, and model.weights.h5.
 *
 * @throws DataError naming the layer that Keras does not have
 */
export function kerasZipOfModel(subject: string, model: AnyModel, date: Date): Uint8Array {
  const config = kerasConfig(subject, model, "keras3");
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const saved = date.toISOString().slice(0, 19).replace("T", "@");
  const weights = encodeHdf5(modelContent(model, namedWeights(model), config));
  // Keras reads a part of the file where it lies: nothing is packed.
  return zipSync(
    {
      "metadata.json": json({ keras_version: KERAS_3, date_saved: saved }),
      "config.json": json(config),
      "model.weights.h5": weights,
    },
    { level: 0, mtime: date },
  );
}

/** A list of texts as attributes: one, or NAME0, NAME1, ... where it is long. */
function listed(name: string, texts: readonly string[]): Record<string, readonly string[]> {
  const width = Math.max(1, ...texts.map((text) => new TextEncoder().encode(text).length));
  const most = Math.max(1, Math.floor(LONGEST_LIST / width));
  if (texts.length <= most) return { [name]: texts };
  const parts = Array.from({ length: Math.ceil(texts.length / most) }, (_, i) =>
    texts.slice(i * most, (i + 1) * most),
  );
  return Object.fromEntries(parts.map((part, i) => [`${name}${i}`, part]));
}

/** Datasets at paths, as groups within groups. */
function nested(weights: readonly (readonly [path: string, values: Tensor])[]): Hdf5Content {
  const datasets = new Map<string, Tensor>();
  const inner = new Map<string, [string, Tensor][]>();
  for (const [path, values] of weights) {
    const at = path.indexOf("/");
    if (at < 0) datasets.set(path, values);
    else {
      const key = path.slice(0, at);
      if (!inner.has(key)) inner.set(key, []);
      inner.get(key)!.push([path.slice(at + 1), values]);
    }
  }
  return { datasets, groups: new Map([...inner].map(([key, list]) => [key, nested(list)])) };
}

/**
 * A model as an .h5 file of Keras 2: its config as an attribute, and a group of weights for each layer.
 *
 * @throws DataError naming the layer that Keras 2 does not have
 */
export function h5OfModel(subject: string, model: AnyModel): Uint8Array {
  const config: Written = kerasConfig(subject, model, "keras2");
  const weights = kerasWeights(subject, model);
  const names = layerGroups(config).map(({ name }) => name);
  const content = names.map((layer): [string, Hdf5Content] => {
    const own = weights
      .filter((one) => one.layerName === layer)
      .map(({ path, values }) => [`${path}:0`, values] as const);
    return [
      layer,
      {
        ...nested(own),
        attributes: listed(
          "weight_names",
          own.map(([path]) => path),
        ),
      },
    ];
  });
  const version = { keras_version: KERAS_2, backend: "tensorflow" };
  return encodeHdf5({
    attributes: { ...version, model_config: JSON.stringify(config) },
    groups: new Map([
      [
        "model_weights",
        { attributes: { ...listed("layer_names", names), ...version }, groups: new Map(content) },
      ],
    ]),
  });
}
