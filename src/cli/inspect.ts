import { stat } from "node:fs/promises";
import { DataError, MemoryError, OptionError } from "../errors.ts";
import { sniff } from "../model/load/sniff.ts";
import { loadModel, loadTensors } from "../model/loadModel.ts";
import type { Model } from "../model/model.ts";
import { readFile } from "../runtime/files.ts";
import { printShape } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { byteSize, count } from "./format.ts";
import type { CommandLine } from "./parseCommand.ts";
import { commandText } from "./program.ts";
import { columnsOf, painter } from "./terminal.ts";
import { countOption } from "./values.ts";

/** Samples in a batch unless --batch-size says so. */
const BATCH = 32;

const FORMATS: Readonly<Record<string, string>> = {
  safetensors: "safetensors",
  hdf5: "HDF5, of Keras",
  npy: "a NumPy array",
  json: "TensorFlow.js",
  onnx: "ONNX",
  legacyTorch: "torch.save before PyTorch 1.6",
};

/** What a file is, by its content. */
async function formatOf(file: string): Promise<string> {
  const bytes = await readFile(file);
  const format = sniff(bytes);
  if (format !== "zip") return FORMATS[format] ?? "unknown";
  const { zipKind } = await import("../model/load/fileKind.ts");
  const kind = await zipKind(bytes, file);
  return { keras: "Keras 3", torch: "PyTorch", npz: "NumPy arrays" }[kind];
}

function tensorTable(tensors: ReadonlyMap<string, Tensor>): string[] {
  const rows = [...tensors].map(([name, { dtype, shape, data }]) => [
    name,
    dtype,
    printShape(shape),
    count(data.length),
  ]);
  return columnsOf([["Tensor", "Type", "Shape", "Elements"], ...rows], [3]);
}

/** `12 float32 values, 48 bytes`, and of each dtype so. */
function contents(tensors: Iterable<Tensor>): string {
  const sizes = new Map<string, [elements: number, bytes: number]>();
  for (const { dtype, data } of tensors) {
    const [elements, bytes] = sizes.get(dtype) ?? [0, 0];
    sizes.set(dtype, [elements + data.length, bytes + data.byteLength]);
  }
  return [...sizes]
    .map(([dtype, [elements, bytes]]) => `${count(elements)} ${dtype}, ${byteSize(bytes)}`)
    .join("; ");
}

/** What a training step needs, by what holds it; a model that was not compiled counts with Adam. */
async function memoryOf(model: Model, batchSize: number): Promise<string[]> {
  const known = model.isCompiled;
  if (!known) model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const { name } = model.compiled.optimizer;
  try {
    const train = (await model.plan({ kind: "train", batchSize })).memory;
    const parts = [
      ["parameters", train.parameters + train.state],
      ["gradients", train.gradients],
      ["optimizer", train.slots],
      ["activations", train.arena],
      ["commands", train.commands],
    ] as const;
    const told = parts
      .filter(([, bytes]) => bytes > 0)
      .map(([part, bytes]) => `${part} ${byteSize(bytes)}`);
    return [
      `${byteSize(train.total)} to train batches of ${batchSize} with ${name}, data not counted`,
      told.join(", "),
    ];
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return [`too much to train batches of ${batchSize} with ${name}: ${error.message}`];
  }
}

/**
 * `thalweg inspect FILE`: the layers of a model and what it takes to train it, or the tensors of a file that holds no
 * model that can be built.
 *
 * @throws OptionError without a file, DataError where it cannot be read
 */
export async function inspect({ positionals, options }: CommandLine): Promise<void> {
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0)
    throw new OptionError(`inspect: must have one file; write ${commandText(["inspect", "FILE"])}`);
  const batchSize = countOption("batch-size", options["batch-size"] ?? String(BATCH), 1);
  const paint = painter(process.stdout);
  const say = (label: string, ...lines: string[]): void =>
    lines.forEach((line, i) =>
      process.stdout.write(`${paint("strong", (i === 0 ? label : "").padEnd(10))}${line}\n`),
    );
  const size = (await stat(file).catch(() => null))?.size;
  let model: Model;
  try {
    model = await loadModel(file);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    // Weights alone, or a model with a layer that is not there: its tensors can be told all the same.
    const tensors = await loadTensors(file).catch(() => Promise.reject(error));
    process.stdout.write(`${tensorTable(tensors).join("\n")}\n\n`);
    say("File", `${await formatOf(file)}, ${byteSize(size ?? 0)}`);
    say("Tensors", `${count(tensors.size)}: ${contents(tensors.values())}`);
    say("Note", error.message);
    return;
  }
  process.stdout.write(`${model.summary()}\n\n`);
  say("File", `${await formatOf(file)}, ${byteSize(size ?? 0)}`);
  const inputs = model.inputs.map(
    (t, i) => `${model.topology.inputNames[i]} ${t.dtype}${printShape([null, ...t.shape])}`,
  );
  say("Input", inputs.join(", "));
  const outputs = model.topology.outputs.map(
    (t, i) => `${model.topology.outputNames[i]} ${t.dtype}${printShape([null, ...t.shape])}`,
  );
  say("Output", outputs.join(", "));
  say("Values", contents(model.getWeights()));
  say("Memory", ...(await memoryOf(model, batchSize)));
}
