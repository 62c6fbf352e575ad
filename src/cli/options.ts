/** What an option is for: headings of the help, in their order. */
export const GROUPS = ["Data", "Network", "Training", "Tuning", "Prediction", "Output"] as const;

/** One option of a command: parsing, help and the nearest-name message all read this. */
export interface OptionSpec {
  /** What the value is called in the help; "" for a switch. */
  readonly value: string;
  readonly group: (typeof GROUPS)[number];
  readonly text: string;
  readonly short?: string;
}

export type OptionName =
  | "data"
  | "target"
  | "task"
  | "separator"
  | "idx"
  | "test-size"
  | "test-every"
  | "layers"
  | "dropout"
  | "optimizer"
  | "learning-rate"
  | "epochs"
  | "batch-size"
  | "seed"
  | "threads"
  | "trials"
  | "folds"
  | "journal"
  | "redis"
  | "queue"
  | "objective"
  | "measure"
  | "jobs"
  | "predict"
  | "model"
  | "name-map"
  | "out"
  | "quiet"
  | "help"
  | "version";

const spec = (
  group: OptionSpec["group"],
  value: string,
  text: string,
  short?: string,
): OptionSpec => (short === undefined ? { group, value, text } : { group, value, text, short });

/** Every option by its name on the command line. */
export const OPTIONS: Readonly<Record<OptionName, OptionSpec>> = {
  data: spec("Data", "FILE", "train on a table: CSV, with or without gzip"),
  target: spec("Data", "COLUMN", "the column to predict"),
  task: spec("Data", "TASK", "regression or classification, if the table leaves it open"),
  separator: spec("Data", "CHAR", 'what stands between cells; found by looking, "tab" for tabs'),
  idx: spec("Data", "DIR", "train on a folder of MNIST's idx files"),
  "test-size": spec("Data", "SHARE", "share of the rows kept for the test (0.2)"),
  "test-every": spec("Data", "N", "tune: every Nth row without a gap is kept for the test"),
  layers: spec("Network", "LIST", "units of the hidden layers, such as 64,32; 0 for none"),
  dropout: spec("Network", "RATE", "share of hidden units left out of each step (0)"),
  optimizer: spec("Training", "NAME", ""),
  "learning-rate": spec(
    "Training",
    "RATE",
    "step size; else that of --optimizer (compare: searched, or default)",
  ),
  epochs: spec("Training", "N", "passes over the training rows"),
  "batch-size": spec("Training", "N", "rows in a step, or all"),
  seed: spec("Training", "N", "first weights, order of rows, dropout (1)"),
  threads: spec("Training", "N", "worker threads, or auto (1); the result is the same"),
  trials: spec("Tuning", "N", "networks that are tried (50)"),
  folds: spec("Tuning", "N", "parts of the rows, each tested with once a trial (5)"),
  jobs: spec(
    "Tuning",
    "N",
    "networks at a time, each in a thread (auto); up to 4 change no result",
  ),
  journal: spec(
    "Tuning",
    "FILE",
    "where trials are kept, or redis://HOST; what is there is continued",
  ),
  redis: spec("Tuning", "URL", "trials go to workers on other machines: redis://HOST"),
  queue: spec("Tuning", "NAME", "of the trials in Redis (the name of the data's file)"),
  objective: spec("Tuning", "MODULE", "worker: what exports the function objective; else --data"),
  measure: spec("Tuning", "LIST", "report: what trials have for values, such as error,parameters"),
  predict: spec("Prediction", "FILE", "predict the rows of a table, in place of training"),
  model: spec(
    "Prediction",
    "FILE",
    "the saved model to predict with; convert: whose layers IN has",
  ),
  "name-map": spec(
    "Prediction",
    "FILE",
    "convert: JSON of new names by old ones, or of modules by layers",
  ),
  out: spec("Output", "PATH", "folder of a training's files; file for predictions, a report"),
  quiet: spec("Output", "", "print the result only", "q"),
  help: spec("Output", "", "print this", "h"),
  version: spec("Output", "", "print the version", "v"),
};

/** Options as they were given: a text for those with a value, true for switches. */
export type Given = { readonly [name in OptionName]?: string };
