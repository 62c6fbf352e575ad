/**
 * Formats that models are written in: our own safetensors with everything, NumPy's .npz of the values alone, ONNX for
 * prediction, a TensorFlow.js layers-model, and the files of Keras 3 and 2.
 */
export type FileFormat = "safetensors" | "npz" | "onnx" | "tfjs" | "keras" | "h5";

const ENDINGS: readonly (readonly [RegExp, FileFormat])[] = [
  [/\.npz$/i, "npz"],
  [/\.onnx$/i, "onnx"],
  [/\.json$/i, "tfjs"],
  [/\.keras$/i, "keras"],
  [/\.(h5|hdf5)$/i, "h5"],
  [/\.safetensors$/i, "safetensors"],
];

/** The format that a path's ending stands for; null where it says nothing. */
export function formatOf(path: string): FileFormat | null {
  return ENDINGS.find(([ending]) => ending.test(path))?.[1] ?? null;
}
