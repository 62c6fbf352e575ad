import { DataError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { type DataLike, hostTensor } from "./hostTensor.ts";

/** One tensor, several in a list, or several by name: for models with several inputs or outputs. */
export type Tensors = Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };

/** One element of a dataset; after `batch`, several with a first axis that counts them. */
export interface Sample {
  readonly x: Tensors;
  readonly y?: Tensors;
  /** A number a sample. */
  readonly sampleWeight?: Tensor;
}

/** What is taken for one tensor or several: lists hold tensors or typed arrays, as nested numbers are one tensor. */
export type DataLikes =
  | DataLike
  | readonly Exclude<DataLike, number | boolean | readonly unknown[]>[]
  | { readonly [name: string]: DataLike };

/** What is taken for a sample. */
export interface SampleLike {
  readonly x: DataLikes;
  readonly y?: DataLikes;
  readonly sampleWeight?: DataLike;
}

/** How the tensors of a part go together: one (null), a list's length, or names. */
type PartLayout = null | number | readonly string[];

/** How the tensors of a sample go together. Samples of one dataset have the same. */
export interface Layout {
  readonly x: PartLayout;
  readonly y: PartLayout | undefined;
  readonly weight: boolean;
  /** What the tensors are called in messages, in their order: `x`, `x[1]`, `y.mask`, `sampleWeight`. */
  readonly names: readonly string[];
}

function partOf(part: Tensors): PartLayout {
  if (part instanceof Tensor) return null;
  return Array.isArray(part) ? part.length : Object.keys(part);
}

function namesOf(name: string, part: PartLayout): string[] {
  if (part === null) return [name];
  return typeof part === "number"
    ? Array.from({ length: part }, (_, i) => `${name}[${i}]`)
    : part.map((key) => `${name}.${key}`);
}

/** The layout of a sample. */
export function layoutOf({ x, y, sampleWeight }: Sample): Layout {
  const [own, labels] = [partOf(x), y === undefined ? undefined : partOf(y)];
  const names = [
    ...namesOf("x", own),
    ...(labels === undefined ? [] : namesOf("y", labels)),
    ...(sampleWeight ? ["sampleWeight"] : []),
  ];
  return { x: own, y: labels, weight: sampleWeight !== undefined, names };
}

function pushPart(out: Tensor[], part: Tensors, layout: PartLayout): void {
  if (part instanceof Tensor) out.push(part);
  else if (Array.isArray(part)) out.push(...(part as readonly Tensor[]));
  else {
    const byName = part as { readonly [name: string]: Tensor };
    const known = Array.isArray(layout) ? (layout as readonly string[]) : [];
    for (const key of known) if (byName[key]) out.push(byName[key]);
    const keys = Object.keys(byName);
    if (keys.length > known.length)
      for (const key of keys) if (!known.includes(key)) out.push(byName[key]!);
  }
}

/** Whether a sample, of which these are the tensors, has a layout. */
export function hasLayout(sample: Sample, tensors: readonly Tensor[], layout: Layout): boolean {
  return (
    tensors.length === layout.names.length &&
    (sample.y === undefined) === (layout.y === undefined) &&
    (sample.sampleWeight !== undefined) === layout.weight
  );
}

/** The tensors of a sample in the order of a layout's names; fewer or more where it has another layout. */
export function tensorsOf({ x, y, sampleWeight }: Sample, layout: Layout): Tensor[] {
  const out: Tensor[] = [];
  pushPart(out, x, layout.x);
  if (y !== undefined) pushPart(out, y, layout.y ?? null);
  if (sampleWeight) out.push(sampleWeight);
  return out;
}

function partFrom(layout: PartLayout, tensors: Iterator<Tensor>): Tensors {
  const next = (): Tensor => tensors.next().value as Tensor;
  if (layout === null) return next();
  if (typeof layout === "number") return Array.from({ length: layout }, next);
  return Object.fromEntries(layout.map((key) => [key, next()]));
}

/** The sample that `tensorsOf` takes apart. */
export function sampleFrom(layout: Layout, tensors: readonly Tensor[]): Sample {
  const rest = tensors.values();
  const x = partFrom(layout.x, rest);
  return {
    x,
    ...(layout.y !== undefined && { y: partFrom(layout.y, rest) }),
    ...(layout.weight && { sampleWeight: rest.next().value as Tensor }),
  };
}

function isRecord(value: unknown): value is { readonly [name: string]: DataLike } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Tensor)
  );
}

function tensorsFrom(subject: string, name: string, value: DataLikes): Tensors {
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        hostTensor(`${subject}: ${name}.${key}`, one),
      ]),
    );
  }
  const several =
    Array.isArray(value) && (value[0] instanceof Tensor || ArrayBuffer.isView(value[0]));
  if (!several) return hostTensor(`${subject}: ${name}`, value as DataLike);
  return (value as readonly DataLike[]).map((one, i) =>
    hostTensor(`${subject}: ${name}[${i}]`, one),
  );
}

const KEYS = ["x", "y", "sampleWeight"];

/**
 * A sample of host tensors.
 *
 * @throws DataError if it is no object with x, has other keys, or holds something other than numbers
 */
export function sampleOf(subject: string, given: SampleLike): Sample {
  if (!isRecord(given) || given.x === undefined) {
    const got = Array.isArray(given) ? "an array" : given === null ? "null" : typeof given;
    const names = isRecord(given) ? Object.keys(given).filter((key) => key !== "x") : [];
    const keys = isRecord(given)
      ? `an object with ${names.join(", ") || "no keys"}, without x`
      : got;
    throw new DataError(`${subject}: must be an object { x, y?, sampleWeight? }, got ${keys}`);
  }
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key))
      throw new DataError(`${subject}: must be { x, y?, sampleWeight? }, got the key "${key}"`);
  }
  const { x, y, sampleWeight } = given as SampleLike;
  return {
    x: tensorsFrom(subject, "x", x),
    ...(y !== undefined && { y: tensorsFrom(subject, "y", y) }),
    ...(sampleWeight !== undefined && {
      sampleWeight: hostTensor(`${subject}: sampleWeight`, sampleWeight),
    }),
  };
}
