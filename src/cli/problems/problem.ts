import type { Json } from "../../model/config.ts";
import type { Samples, SplitRows } from "../../train/split.ts";
import type { ReportRow } from "../../train/tabular/config.ts";
import type { Task } from "../../train/tabular/fitTarget.ts";

/** Rows by what they are for. The test rows are looked at once, when training is over. */
export interface Parts {
  readonly train: Samples;
  readonly validation: Samples;
  readonly test: Samples;
}

/** How samples can be drawn as pictures. */
export interface ImageShape {
  readonly width: number;
  readonly height: number;
}

/** What is trained unless options say otherwise. */
export interface Settings {
  readonly layers: readonly number[];
  readonly dropout: number;
  readonly optimizer: string;
  /** null: the optimizer's own default. */
  readonly learningRate: number | null;
  readonly epochs: number;
  readonly batchSize: number;
  /** Keep the epoch of the lowest validation loss, and stop when it no longer falls. */
  readonly keepBest: boolean;
}

/** Something to learn: data in three parts, and what is known about it. */
export interface Problem {
  /** For file names: "digits". */
  readonly name: string;
  /** A sentence's subject: "UCI handwritten digits". */
  readonly title: string;
  /** What it consists of: "1797 images of 8 x 8 pixels, 10 classes". */
  readonly contents: string;
  /** Where it comes from and under which licence; "" for the user's own. */
  readonly source: string;
  /** How rows were divided, in words. */
  readonly split: string;
  /** The test rows in words: "359 rows of split seed 7". */
  readonly tested: string;
  readonly task: Task;
  readonly parts: Parts;
  /** Names in the order of the class indices; null for a regression. */
  readonly classNames: readonly string[] | null;
  /** The target's name, and for a regression its scale: y is (value - mean) / std. */
  readonly target: { readonly name: string; readonly mean: number; readonly std: number };
  readonly image: ImageShape | null;
  /** What was done with each column; null where there are no columns. */
  readonly columns: readonly ReportRow[] | null;
  /** What the user should know: rows left out, how the task was inferred. */
  readonly notes: readonly string[];
  readonly settings: Settings;
  /** Where a test row stands in the source, for the report. */
  readonly testRows: SplitRows["test"] | null;
  /** Turns new rows into samples in another process: kept in the model file. */
  readonly preprocessing: { readonly [key: string]: Json };
}
