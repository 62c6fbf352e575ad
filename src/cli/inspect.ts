import { DataError, OptionError } from "../errors.ts";
import { loadModel, loadTensors } from "../model/loadModel.ts";
import { printShape } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { CommandLine } from "./parseCommand.ts";
import { commandText } from "./program.ts";

/** Bytes of a number of elements, as people say it. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`;
}

function tensorTable(tensors: ReadonlyMap<string, Tensor>): string {
  const width = Math.max(0, ...[...tensors.keys()].map((name) => name.length));
  const lines = [...tensors].map(
    ([name, t]) => `${name.padEnd(width)}  ${t.dtype}${printShape(t.shape)}`,
  );
  const bytes = [...tensors.values()].reduce((sum, t) => sum + t.data.byteLength, 0);
  return [...lines, `${tensors.size} tensors, ${megabytes(bytes)}`].join("\n");
}

/**
 * `thalweg inspect FILE`: the layers of a model, or the tensors of a file that holds no model that can be built.
 *
 * @throws OptionError without a file, DataError where it cannot be read
 */
export async function inspect({ positionals }: CommandLine): Promise<void> {
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0)
    throw new OptionError(`inspect: must have one file; write ${commandText(["inspect", "FILE"])}`);
  try {
    const model = await loadModel(file);
    const size = model.variables.reduce((sum, v) => sum + v.size, 0);
    process.stdout.write(`${model.summary()}\n${megabytes(4 * size)} of float32 values\n`);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    // Weights alone, or a model with a layer that is not there: its tensors can be told all the same.
    const tensors = await loadTensors(file).catch(() => Promise.reject(error));
    process.stdout.write(`${tensorTable(tensors)}\n${error.message}\n`);
  }
}
