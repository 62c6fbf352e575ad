import { DataError } from "../../errors.ts";
import type { OpenedSource } from "./source.ts";

/** What messages begin with. */
export function subjectOf(what: string, { name }: OpenedSource): string {
  return name === "" ? what : `${what} "${name}"`;
}

/** @throws DataError */
export function unknown(subject: string, bytes: Uint8Array): never {
  const first = [...bytes.subarray(0, 4)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join(" ");
  throw new DataError(
    `${subject}: must be safetensors, .h5, .keras, .pt, .npz, .npy, ONNX or a TF.js model.json, but begins with ${first}`,
  );
}

/** @throws DataError */
export function legacy(subject: string): never {
  throw new DataError(
    `${subject}: was written by torch.save of before PyTorch 1.6, whose form is not read; load and save it with a newer one`,
  );
}

/** What a zip file is, by the names in it. */
export async function zipKind(bytes: Uint8Array, name: string): Promise<"keras" | "torch" | "npz"> {
  const { openZip } = await import("../../io/zip.ts");
  const zip = openZip(bytes, name);
  if (zip.has("model.weights.h5") && zip.has("config.json")) return "keras";
  return zip.names.some((file) => file.endsWith("/data.pkl")) ? "torch" : "npz";
}
