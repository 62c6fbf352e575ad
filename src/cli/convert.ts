import { readFile, stat } from "node:fs/promises";
import { DataError, OptionError } from "../errors.ts";
import { encodeSafetensors } from "../io/encodeSafetensors.ts";
import { encodeNpz } from "../io/npz.ts";
import { loadModel, loadTensors } from "../model/loadModel.ts";
import type { Model } from "../model/model.ts";
import { type FileFormat, formatOf } from "../model/write/fileFormat.ts";
import { writeFile } from "../runtime/files.ts";
import { byteSize, counted } from "./format.ts";
import type { CommandLine } from "./parseCommand.ts";
import { commandText } from "./program.ts";

/** What a format is called where a person reads it. */
const TITLES: Readonly<Record<FileFormat, string>> = {
  safetensors: "safetensors",
  npz: "NumPy arrays",
  onnx: "ONNX, operator set 17",
  tfjs: "TensorFlow.js layers-model",
  keras: "Keras 3",
  h5: "Keras 2, HDF5",
};

/** Whether an error says that a file has weights alone. */
function holdsNoModel(error: unknown): boolean {
  return error instanceof DataError && error.message.includes("holds tensors but no model");
}

/** New names by old ones, from a JSON file. @throws OptionError */
async function nameMap(path: string | undefined): Promise<Record<string, string>> {
  if (path === undefined) return {};
  const fail = (): never => {
    throw new OptionError(`--name-map: ${path} must hold a JSON object of names, { "from": "to" }`);
  };
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch {
    return fail();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail();
  if (!Object.values(value).every((name) => typeof name === "string")) return fail();
  return value as Record<string, string>;
}

/** Weights alone, under other names where the map has them. */
async function convertTensors(
  from: string,
  to: string,
  format: FileFormat,
  names: Readonly<Record<string, string>>,
): Promise<string> {
  const tensors = await loadTensors(from);
  const unknown = Object.keys(names).find((name) => !tensors.has(name));
  if (unknown !== undefined)
    throw new OptionError(
      `--name-map: ${from} has no tensor "${unknown}"; it has ${[...tensors.keys()].slice(0, 8).join(", ")}`,
    );
  const named = [...tensors].map(
    ([name, t]) => [Object.hasOwn(names, name) ? names[name]! : name, t] as const,
  );
  await writeFile(to, format === "npz" ? encodeNpz(named) : encodeSafetensors(named));
  return counted(tensors.size, "tensor");
}

/** The model that a file holds, or that --model names, with the file's values. */
async function modelOf(
  from: string,
  architecture: string | undefined,
  names: Readonly<Record<string, string>>,
): Promise<Model> {
  if (architecture === undefined) return loadModel(from);
  const model = await loadModel(architecture);
  await model.loadWeights(from, Object.keys(names).length > 0 ? { names } : {});
  return model;
}

/**
 * `thalweg convert IN OUT`: a model, or weights, in the format that the second file's ending says.
 *
 * @throws OptionError for files that are missing or an ending that is not known, DataError naming what cannot be read
 *   or written
 */
export async function convert({ positionals, options }: CommandLine): Promise<void> {
  const [from, to, ...rest] = positionals;
  if (from === undefined || to === undefined || rest.length > 0)
    throw new OptionError(
      `convert: must have two files; write ${commandText(["convert", "IN", "OUT"])}`,
    );
  const format = formatOf(to);
  if (format === null)
    throw new OptionError(
      `convert: ${to} must end in .safetensors, .npz, .onnx, .json (TensorFlow.js), .keras or .h5`,
    );
  const names = await nameMap(options["name-map"]);
  const renamed = Object.keys(names).length > 0 && options.model === undefined;
  const tensorsToo = format === "npz" || format === "safetensors";
  let held: string;
  if (renamed && tensorsToo) held = await convertTensors(from, to, format, names);
  else if (renamed)
    throw new OptionError(
      "--name-map: names tensors, so OUT must be .npz or .safetensors, or --model must say whose they are",
    );
  else {
    try {
      const model = await modelOf(from, options.model, names);
      await model.save(to);
      held = counted(model.topology.layers.length, "layer");
    } catch (error) {
      if (!holdsNoModel(error)) throw error;
      if (!tensorsToo)
        throw new OptionError(
          `convert: ${from} holds tensors but no model; write .npz or .safetensors, or give --model FILE, whose layers they are`,
          { cause: error },
        );
      held = await convertTensors(from, to, format, names);
    }
  }
  const size = byteSize((await stat(to)).size);
  const beside = format === "tfjs" ? ", its weights beside it" : "";
  process.stdout.write(`${from} -> ${to}: ${TITLES[format]}, ${held}, ${size}${beside}\n`);
}
