/** Formats of model files that are known by their first bytes; "zip" stands for .keras, .npz and .pt. */
export type FileFormat =
  | "safetensors"
  | "hdf5"
  | "zip"
  | "npy"
  | "json"
  | "onnx"
  | "legacyTorch"
  | "unknown";

function begins(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

/** The format of a file, by its content. */
export function sniff(bytes: Uint8Array): FileFormat {
  if (begins(bytes, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])) return "hdf5";
  if (begins(bytes, [0x50, 0x4b, 3, 4]) || begins(bytes, [0x50, 0x4b, 5, 6])) return "zip";
  if (begins(bytes, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59])) return "npy";
  // The first of the three pickles of torch.save before 1.6 is a magic number.
  if (begins(bytes, [0x80, 2, 0x8a, 0x0a])) return "legacyTorch";
  // The length of a safetensors header is below 2^32, and it begins with a brace.
  if (bytes.length >= 9 && bytes[4] === 0 && bytes[5] === 0 && bytes[8] === 0x7b)
    return "safetensors";
  const first = bytes.find((byte) => byte > 32);
  if (first === 0x7b || first === 0x5b) return "json";
  // Field 1 of ONNX's ModelProto, ir_version.
  return begins(bytes, [0x08]) && bytes[1]! > 0 && bytes[1]! < 32 ? "onnx" : "unknown";
}
