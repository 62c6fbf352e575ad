/** Wrong or missing shapes. The message says what must hold, what was given, and the cure. */
export class ShapeError extends RangeError {
  override name = "ShapeError";
}

/** A value that is not among the options: unknown option, unknown name. */
export class OptionError extends TypeError {
  override name = "OptionError";
}

/** A file, a table or a byte stream that cannot be read as what it claims to be. */
export class DataError extends RangeError {
  override name = "DataError";
}

/** More memory was asked for than the engine may use. */
export class MemoryError extends RangeError {
  override name = "MemoryError";
}

/** The engine cannot go on with what it was doing: a worker thread is lost. */
export class EngineError extends Error {
  override name = "EngineError";
}

/** A loss, gradient or parameter that is NaN or infinite. */
export class NonFiniteError extends RangeError {
  override name = "NonFiniteError";
}

/** Names that users bring from Keras, PyTorch and TensorFlow.js, and what they are called here. */
const FOREIGN: Readonly<Record<string, string>> = {
  lr: "learningRate",
  learning_rate: "learningRate",
  eps: "epsilon",
  beta_1: "beta1",
  beta_2: "beta2",
  betas: "beta1 and beta2",
  alpha: "negativeSlope",
  weight_decay: "weightDecay",
  batch_size: "batchSize",
  input_shape: "inputShape",
  inputDim: "inputShape",
  in_features: "inputShape",
  out_features: "units",
  validation_split: "validationSplit",
  validation_data: "validationData",
  kernel_initializer: "kernelInitializer",
  bias_initializer: "biasInitializer",
  kernel_regularizer: "kernelRegularizer",
  bias_regularizer: "biasRegularizer",
  use_bias: "useBias",
  bias: "useBias",
  p: "rate",
  clipvalue: "clipValue",
  clipnorm: "clipNorm",
  global_clipnorm: "globalClipNorm",
  from_logits: "fromLogits",
  label_smoothing: "labelSmoothing",
  class_weight: "classWeight",
  sample_weight: "sampleWeight",
  initial_accumulator_value: "initialAccumulatorValue",
  lr_decay: "learningRateDecay",
  decay: "weightDecay",
  rho: "rho",
  momentum_decay: "momentumDecay",
  num_epochs: "epochs",
};

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The known name that a wrong one most probably means, or undefined. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const foreign = Object.hasOwn(FOREIGN, name) ? FOREIGN[name] : undefined;
  if (foreign !== undefined && known.includes(foreign.split(" ")[0]!)) return foreign;
  let best: string | undefined;
  let distance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const d = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (d < distance) [best, distance] = [candidate, d];
  }
  return best;
}

/**
 * Throws unless `name` is one of `known`.
 *
 * @throws OptionError `subject: unknown kind "name"; did you mean "nearest"? Known: ...`
 */
export function checkName(subject: string, kind: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const nearest = nearestName(name, known);
  const cure =
    nearest === undefined
      ? `known: ${known.join(", ")}`
      : nearest.toLowerCase() === name.toLowerCase() || FOREIGN[name] === nearest
        ? `it is "${nearest}" here`
        : `did you mean "${nearest}"?`;
  throw new OptionError(`${subject}: unknown ${kind} "${name}"; ${cure}`);
}

/**
 * Options over defaults. Unknown options throw, with the nearest known name.
 *
 * @throws OptionError `adam: unknown option "lr"; it is "learningRate" here`
 */
export function withDefaults<T extends object>(subject: string, defaults: T, options: Partial<T>): T {
  const known = Object.keys(defaults);
  const result = { ...defaults };
  for (const [name, value] of Object.entries(options)) {
    checkName(subject, "option", name, known);
    if (value !== undefined) Object.assign(result, { [name]: value });
  }
  return result;
}
