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

/** A worker thread was lost in the middle of a run. `Engine.settled` tells when the next one may begin, on one thread. */
export class ThreadLostError extends EngineError {}

/** A plan has kernels that are not there: `Engine.extend` loads them. Caught where that may be awaited. */
export class MissingKernelError extends EngineError {
  override name = "MissingKernelError";
  /** Whether the first build does not have them all. */
  readonly isExtended: boolean;

  constructor(isExtended: boolean) {
    super(
      "engine: the kernels of this model are not loaded yet; await model.predict(x) once before predictSync",
    );
    this.isExtended = isExtended;
  }
}

/** Where numbers stopped being finite. */
export interface NonFinitePlace {
  /** The layer, or null: in the loss. */
  readonly layer: string | null;
  /** The first op whose result is not finite; null where a parameter is not. */
  readonly op: string | null;
  /** In words. */
  readonly text: string;
}

/** A loss, gradient or parameter that is NaN or infinite. */
export class NonFiniteError extends RangeError {
  override name = "NonFiniteError";
  /** Where it arose, if it was looked for. */
  readonly place: NonFinitePlace | null;

  constructor(message: string, place: NonFinitePlace | null = null) {
    super(message);
    this.place = place;
  }
}

/**
 * Names that users bring from Keras, PyTorch and TensorFlow.js, and what they are called here. Keys are lower case
 * without underscores; what differs in nothing else (`batch_size`, `SGD`, `he_normal`) needs no entry.
 */
const FOREIGN: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  // options
  ["lr", "learningRate"],
  ["lrdecay", "learningRateDecay"],
  ["decay", "weightDecay"],
  ["eps", "epsilon"],
  ["betas", "beta1 and beta2"],
  ["alpha", "negativeSlope"],
  ["inputdim", "inputShape"],
  ["infeatures", "inputShape"],
  ["outfeatures", "units"],
  ["bias", "useBias"],
  ["p", "rate"],
  ["numepochs", "epochs"],
  ["nepochs", "epochs"],
  ["a", "negativeSlope"],
  ["std", "stddev"],
  ["minval", "minimum"],
  ["maxval", "maximum"],
  // losses and metrics
  ["mse", "meanSquaredError"],
  ["mseloss", "meanSquaredError"],
  ["l2loss", "meanSquaredError"],
  ["mae", "meanAbsoluteError"],
  ["l1loss", "meanAbsoluteError"],
  ["rmse", "rootMeanSquaredError"],
  ["r2score", "r2"],
  ["huberloss", "huber"],
  ["smoothl1", "huber"],
  ["smoothl1loss", "huber"],
  ["cce", "categoricalCrossentropy"],
  ["scce", "sparseCategoricalCrossentropy"],
  ["bce", "binaryCrossentropy"],
  ["bceloss", "binaryCrossentropy"],
  ["bcewithlogits", "binaryCrossentropy with fromLogits: true"],
  ["bcewithlogitsloss", "binaryCrossentropy with fromLogits: true"],
  ["logloss", "binaryCrossentropy"],
  ["crossentropy", "categoricalCrossentropy or sparseCategoricalCrossentropy"],
  ["crossentropyloss", "sparseCategoricalCrossentropy with fromLogits: true"],
  ["nll", "sparseCategoricalCrossentropy"],
  ["nllloss", "sparseCategoricalCrossentropy"],
  ["kld", "kullbackLeiblerDivergence"],
  ["kldivergence", "kullbackLeiblerDivergence"],
  ["kldiv", "kullbackLeiblerDivergence"],
  ["kldivloss", "kullbackLeiblerDivergence"],
  ["poissonnll", "poisson"],
  ["poissonnllloss", "poisson"],
  ["cosineproximity", "cosineSimilarity"],
  ["cosine", "cosineSimilarity"],
  ["acc", "accuracy"],
  // initializers
  ["xavier", "glorotUniform"],
  ["xavieruniform", "glorotUniform"],
  ["xaviernormal", "glorotNormal"],
  ["kaiming", "heNormal"],
  ["kaiminguniform", "heUniform"],
  ["kaimingnormal", "heNormal"],
  ["he", "heNormal"],
  ["glorot", "glorotUniform"],
  ["lecun", "lecunNormal"],
  ["normal", "randomNormal"],
  ["uniform", "randomUniform"],
  ["eye", "identity"],
  // activations
  ["swish", "silu"],
  ["logistic", "sigmoid"],
  ["none", "linear"],
  ["identity", "linear"],
  // optimizers
  ["momentum", "sgd with momentum: 0.9"],
  ["nesterov", "sgd with momentum: 0.9, nesterov: true"],
]);

/** A name without what spelling conventions differ in. */
function plain(name: string): string {
  return name.replaceAll(/[_\-\s]/g, "").toLowerCase();
}

/** The known name that a foreign one stands for, or undefined. */
export function foreignName(name: string, known: readonly string[]): string | undefined {
  const own = plain(name);
  const foreign = FOREIGN.get(own);
  if (foreign !== undefined && known.includes(foreign.split(" ")[0]!)) return foreign;
  return known.find((candidate) => plain(candidate) === own);
}

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

/** The known name that is spelled most alike, or undefined. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
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
 * @throws OptionError `subject: unknown kind "name"; it is "..." here`, `did you mean "..."?`, or `known: ...`
 */
export function checkName(
  subject: string,
  kind: string,
  name: string,
  known: readonly string[],
): void {
  if (known.includes(name)) return;
  const foreign = foreignName(name, known);
  const nearest = nearestName(name, known);
  const cure =
    foreign !== undefined
      ? `it is "${foreign}" here`
      : nearest !== undefined
        ? `did you mean "${nearest}"?`
        : `known: ${known.join(", ")}`;
  throw new OptionError(`${subject}: unknown ${kind} "${name}"; ${cure}`);
}

/** @throws OptionError `l2: options must be an object, got 0.01; known: l2` */
export function checkOptions(subject: string, options: unknown, known: readonly string[]): void {
  if (typeof options === "object" && options !== null) return;
  throw new OptionError(
    `${subject}: options must be an object, got ${shown(options)}; known: ${known.join(", ")}`,
  );
}

/** A value in a message: `"a"`, `null`, `a Map`, `an array`. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (typeof value === "bigint") return `the bigint ${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (typeof (value as { then?: unknown }).then === "function") return "a promise; await it";
  return Array.isArray(value) ? "an array" : `an object (${value.constructor?.name ?? "null"})`;
}

/** @throws OptionError where a text stands for a number, or something else for true or false */
function checkKind(subject: string, name: string, fallback: unknown, value: unknown): void {
  const kind = typeof value;
  const wrong =
    typeof fallback === "number"
      ? kind === "boolean" || (kind === "string" && Number.isFinite(Number(value)))
      : typeof fallback === "boolean" && (kind === "string" || kind === "number");
  if (!wrong) return;
  const what = typeof fallback === "number" ? "a number" : "true or false";
  throw new OptionError(`${subject}: ${name} must be ${what}, got ${shown(value)}`);
}

/**
 * Options over defaults. Unknown options throw, with the nearest known name.
 *
 * @param alsoTexts  names of options that are numbers or a text, such as "auto": whoever asks checks them
 * @throws OptionError `adam: unknown option "lr"; it is "learningRate" here`
 */
export function withDefaults<T extends object>(
  subject: string,
  defaults: T,
  options: Partial<T>,
  alsoTexts: readonly string[] = [],
): T {
  const known = Object.keys(defaults);
  checkOptions(subject, options, known);
  const result = { ...defaults };
  for (const [name, value] of Object.entries(options)) {
    checkName(subject, "option", name, known);
    if (value === undefined) continue;
    if (!(typeof value === "string" && alsoTexts.includes(name)))
      checkKind(subject, name, defaults[name as keyof T], value);
    Object.assign(result, { [name]: value });
  }
  return result;
}
