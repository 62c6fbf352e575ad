import { DataError, withDefaults } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { strided } from "./npy.ts";
import { type PickleCall, readPickle } from "./pickle.ts";
import { type ElementKind, KINDS, type Narrowing, readElements } from "./readElements.ts";
import { subjectOf } from "./subject.ts";
import { openZip } from "./zip.ts";

export interface TorchOptions {
  /** The file's name, for messages. */
  name: string;
  narrowing: Narrowing;
}

const DEFAULTS: TorchOptions = { name: "", narrowing: "exact" };

const STORAGES: Readonly<Record<string, ElementKind>> = {
  DoubleStorage: "f64",
  FloatStorage: "f32",
  HalfStorage: "f16",
  BFloat16Storage: "bf16",
  LongStorage: "i64",
  IntStorage: "i32",
  ShortStorage: "i16",
  CharStorage: "i8",
  ByteStorage: "u8",
  BoolStorage: "bool",
};

/** A type of storage, which stands in a persistent id and is never called. */
class StorageType {
  readonly kind: ElementKind;
  constructor(kind: ElementKind) {
    this.kind = kind;
  }
}

interface Storage {
  readonly key: string;
  readonly kind: ElementKind;
}

/** A tensor that the pickle describes; its bytes are read when the pickle has been understood. */
class Described {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  constructor(
    storage: Storage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** Nested dicts and lists are looked into so far. */
const DEPTH = 32;
const NODES = 1_000_000;

/**
 * Named tensors of a file that `torch.save` wrote (a state_dict, or dicts and lists of tensors). The pickle in it is
 * read by an interpreter that only ever builds tensors: a file that calls anything else is refused. Names of nested
 * dicts are joined by "/"; what is no tensor is left out.
 *
 * @throws DataError naming the global, the tensor, or what is damaged
 */
export function decodeTorch(
  bytes: Uint8Array,
  options: Partial<TorchOptions> = {},
): Map<string, Tensor> {
  const { name, narrowing } = withDefaults("decodeTorch", DEFAULTS, options);
  const subject = subjectOf("torch", name);
  const fail = (message: string): never => {
    throw new DataError(`${subject}: ${message}`);
  };
  const zip = openZip(bytes, name);
  const pickle = zip.names.find((file) => /^[^/]*\/data\.pkl$/.test(file));
  if (pickle === undefined) return fail("holds no data.pkl; it is a zip file of another kind");
  const folder = pickle.slice(0, -"data.pkl".length);
  if (zip.has(`${folder}byteorder`)) {
    const order = new TextDecoder().decode(zip.read(`${folder}byteorder`));
    if (order !== "little")
      return fail(`must be little-endian, got ${JSON.stringify(order.slice(0, 20))}`);
  }

  const whole = (value: unknown): number =>
    Number.isSafeInteger(value) && (value as number) >= 0
      ? (value as number)
      : fail("a tensor's offset, shape and strides must be whole numbers >= 0");
  const counts = (value: unknown): number[] =>
    Array.isArray(value) ? value.map(whole) : fail("a tensor must have a shape and strides");
  const rebuild: PickleCall = ([storage, offset, shape, strides]) => {
    if (!(storage instanceof Map) || typeof storage.get("key") !== "string")
      return fail("a tensor must have a storage");
    const [axes, steps] = [counts(shape), counts(strides)];
    if (axes.length !== steps.length) return fail("a tensor must have as many strides as axes");
    const held = { key: storage.get("key") as string, kind: storage.get("kind") as ElementKind };
    return new Described(held, whole(offset), axes, steps);
  };
  const world: Readonly<Record<string, PickleCall>> = {
    "torch._utils._rebuild_tensor_v2": rebuild,
    "torch._utils._rebuild_parameter": ([data]) => data,
    "collections.OrderedDict": ([pairs]) => {
      const dict = new Map<unknown, unknown>();
      if (Array.isArray(pairs))
        for (const pair of pairs as unknown[]) if (Array.isArray(pair)) dict.set(pair[0], pair[1]);
      return dict;
    },
    "torch.Size": ([axes]) => axes ?? [],
  };
  const types = new Map<PickleCall, StorageType>();
  const content = readPickle(subject, zip.read(pickle), {
    global: (module, key) => {
      if (module === "torch" && Object.hasOwn(STORAGES, key)) {
        const call: PickleCall = () => fail(`the pickle calls torch.${key}, which is never run`);
        types.set(call, new StorageType(STORAGES[key]!));
        return call;
      }
      return Object.hasOwn(world, `${module}.${key}`) ? world[`${module}.${key}`]! : null;
    },
    persistent: (id) => {
      const [kind, type, key] = Array.isArray(id) ? (id as unknown[]) : [];
      const known = types.get(type as PickleCall);
      if (kind !== "storage" || !known || typeof key !== "string")
        return fail("a storage must have a type and a key");
      return new Map<string, unknown>([
        ["key", key],
        ["kind", known.kind],
      ]);
    },
  });

  const storages = new Map<string, ReturnType<typeof readElements>>();
  const tensors = new Map<string, Tensor>();
  let read = 0;
  const tensorOf = (path: string, { storage, offset, shape, strides }: Described): Tensor => {
    const { key, kind } = storage;
    const id = `${kind} ${key}`;
    let data = storages.get(id);
    if (!data) {
      const file = zip.read(`${folder}data/${key}`);
      if (file.length % KINDS[kind].bytes !== 0)
        return fail(`"${path}": its storage has ${file.length} bytes, no whole number of elements`);
      data = readElements(`${subject}: "${path}"`, kind, file, true, narrowing);
      storages.set(id, data);
    }
    const size = sizeOf(shape);
    const last =
      size === 0 ? 0 : shape.reduce((sum, n, i) => sum + (n - 1) * strides[i]!, offset + 1);
    if (last > data.length || size > data.length)
      return fail(
        `"${path}": must lie within its storage of ${data.length} elements, got shape [${shape}], strides [${strides}], offset ${offset}`,
      );
    // Views of one storage may overlap, but many of them would fill memory from a small file.
    read += size;
    if (read > 4 * bytes.length + 1024)
      return fail(`"${path}": tensors share one storage too often`);
    const { dtype } = KINDS[kind];
    return new Tensor(strided(data, shape, strides, offset, dtype), shape, dtype);
  };
  let nodes = 0;
  const walk = (path: string, value: unknown, depth: number): void => {
    if (++nodes > NODES || depth > DEPTH) return fail("is nested too deeply, or holds too much");
    if (value instanceof Described) {
      const key = path === "" ? "tensor" : path;
      if (tensors.has(key)) return fail(`has two tensors of the name "${key}"`);
      tensors.set(key, tensorOf(key, value));
    } else if (value instanceof Map) {
      for (const [key, item] of value)
        walk(path === "" ? String(key) : `${path}/${String(key)}`, item, depth + 1);
    } else if (Array.isArray(value)) {
      value.forEach((item, i) => walk(path === "" ? `${i}` : `${path}/${i}`, item, depth + 1));
    }
  };
  walk("", content, 0);
  return tensors;
}
