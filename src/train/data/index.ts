/** Sources of samples: `dataset.fromArrays(x, y).shuffle(1).batch(32)`. */
export { csv, type CsvDatasetOptions } from "./csv.ts";
export type { Cursor } from "./cursor.ts";
export { Dataset } from "./dataset.ts";
export { fromArrays } from "./fromArrays.ts";
export { type SampleGenerator, fromGenerator } from "./fromGenerator.ts";
export { type IdxSource, idx } from "./idx.ts";
export { type ImageFolderOptions, type ImageSource, imageFolder } from "./imageFolder.ts";
export type { DatasetIterator } from "./iterator.ts";
export type { MapFunction, Place } from "./map.ts";
export type { Sample, SampleLike, Tensors } from "./sample.ts";
