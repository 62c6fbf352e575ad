import { zipSync } from "fflate";
import { DataError, withDefaults } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type NpyOptions, decodeNpy, encodeNpy } from "./npy.ts";
import { openZip } from "./zip.ts";

const DEFAULTS: NpyOptions = { name: "", narrowing: "exact" };

/** Named tensors of a .npz file: a zip of .npy files. @throws DataError */
export function decodeNpz(
  bytes: Uint8Array,
  options: Partial<NpyOptions> = {},
): Map<string, Tensor> {
  const { name, narrowing } = withDefaults("decodeNpz", DEFAULTS, options);
  const zip = openZip(bytes, name);
  const tensors = new Map<string, Tensor>();
  for (const file of zip.names) {
    if (!file.endsWith(".npy"))
      throw new DataError(`npz "${name}": must hold .npy files only, got ${JSON.stringify(file)}`);
    tensors.set(
      file.slice(0, -4),
      decodeNpy(zip.read(file), { name: name === "" ? file : `${name}/${file}`, narrowing }),
    );
  }
  return tensors;
}

/** Writes a .npz file as `numpy.savez` does: stored, not deflated. The date is fixed, so the bytes are as well. */
export function encodeNpz(tensors: Iterable<readonly [string, Tensor]>): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  for (const [name, t] of tensors) {
    if (Object.hasOwn(files, `${name}.npy`))
      throw new DataError(
        `encodeNpz: every tensor must have a name of its own, got "${name}" twice`,
      );
    files[`${name}.npy`] = encodeNpy(t);
  }
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1, 0, 0, 0) });
}
