import { OptionError, checkName, shown } from "../../errors.ts";
import { writeFile } from "../../runtime/files.ts";
import type { AnyModel } from "../model.ts";
import { type SaveOptions, checkedSave, encodeWeights } from "../save.ts";
import { type FileFormat, formatOf } from "./fileFormat.ts";

/** Names of the formats, as messages list them. */
const FORMATS: readonly FileFormat[] = ["safetensors", "npz", "onnx", "tfjs", "keras", "h5"];

/**
 * The files of a model in a format, by their names; `name` is that of the main one.
 *
 * @throws OptionError for a format that is not there, DataError naming a layer that the format cannot hold
 */
export async function filesOf(
  model: AnyModel,
  format: FileFormat,
  name: string,
  options: SaveOptions = {},
): Promise<Map<string, Uint8Array>> {
  checkName("toFiles", "format", format, FORMATS);
  if (!model.built)
    throw new OptionError(
      `model "${model.name}": has no variables to save yet; build or fit it first`,
    );
  const subject = `model "${model.name}" as ${format}`;
  switch (format) {
    case "onnx": {
      const { onnxOfModel } = await import("./onnxModel.ts");
      return new Map([[name, onnxOfModel(subject, model)]]);
    }
    case "tfjs": {
      const { tfjsOfModel } = await import("./tfjs.ts");
      return tfjsOfModel(subject, model, name);
    }
    case "keras": {
      const { kerasZipOfModel } = await import("./kerasFile.ts");
      return new Map([[name, kerasZipOfModel(subject, model, new Date())]]);
    }
    case "h5": {
      const { h5OfModel } = await import("./kerasFile.ts");
      return new Map([[name, h5OfModel(subject, model)]]);
    }
    case "npz": {
      const { encodeNpz } = await import("../../io/npz.ts");
      const values = model.getWeights();
      const named = model.variables.map((v, i) => [v.name, values[i]!] as const);
      return new Map([[name, encodeNpz(named)]]);
    }
    case "safetensors":
      return new Map([[name, model.toBytes(options)]]);
  }
}

/** Writes a model in the format that the path's ending says, and the files that belong to it beside it. @throws DataError */
export async function writeModel(
  model: AnyModel,
  path: string | URL,
  options: SaveOptions = {},
): Promise<void> {
  if (typeof path !== "string" && !(path instanceof URL))
    throw new OptionError(`save: must be given a path or a file: URL, got ${shown(path)}`);
  checkedSave(options);
  // In a URL the name is encoded, and files name each other by what they are called.
  const text = path instanceof URL ? decodeURIComponent(path.pathname) : path;
  const foreign = /\.(pt|pth|pkl|pb|tflite|joblib)$/i.exec(text);
  if (foreign) {
    throw new OptionError(
      `save: models are written as .safetensors, .keras, .h5, .json (TensorFlow.js), .onnx or .npz, got "${foreign[0]}"`,
    );
  }
  const at = Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1;
  const format = formatOf(text) ?? "safetensors";
  // model.json comes last: whoever sees it finds what it names.
  const files = [...(await filesOf(model, format, text.slice(at), options))].reverse();
  for (const [file, bytes] of files) {
    const to =
      path instanceof URL ? new URL(encodeURIComponent(file), path) : text.slice(0, at) + file;
    await writeFile(files.length === 1 ? path : to, bytes);
  }
}

/** Writes a model's variables alone, as .npz where the path ends in that. */
export async function writeWeights(model: AnyModel, path: string | URL): Promise<void> {
  if (formatOf(String(path)) === "npz") return writeModel(model, path);
  await writeFile(path, encodeWeights(model));
}
