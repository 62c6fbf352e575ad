import { readFileSync, readdirSync } from "node:fs";
import { DataError, OptionError, ShapeError, loadModel, loadTensors } from "../../src/index.ts";
import { openZip } from "../../src/io/zip.ts";
import { TestRandom } from "../mutate.ts";
import { sharedFile, sharedPath } from "../shared.ts";
import { damage, damageJson, damageSafetensors, damageWithin } from "./damage.ts";

/** One damaged file, ready to be read. */
type Attempt = () => Promise<unknown>;

/** A format, and how its files are damaged and read. */
export interface Fuzzed {
  readonly name: string;
  /** Files of the shared folder that it needs. */
  readonly shared: readonly string[];
  /** Reads the files once; gives what damages one of them and reads it. */
  readonly open: () => (random: TestRandom) => Attempt;
}

const EXPORTS = "models/torch_exports/A_digits_cnn";
const SMALL = "models/small";
const fixture = (name: string): Uint8Array => readFileSync(`${folder()}/${name}`);

/** Where this folder lies, also when the script's bundle runs. */
function folder(): string {
  return process.env["THALWEG_FIXTURES"] ?? new URL(".", import.meta.url).pathname;
}

/** All files of a zip by name. */
function unzipped(bytes: Uint8Array): Map<string, Uint8Array> {
  const zip = openZip(bytes);
  return new Map(zip.names.map((name) => [name, zip.read(name)]));
}

const pick = <T>(list: readonly T[], random: TestRandom): T => list[random.integer(list.length)]!;

/** Files that are each one whole file: damaged as they are or, of zips, within. */
function plain(
  name: string,
  shared: readonly string[],
  fixtures: readonly string[],
  read: (bytes: Uint8Array) => Promise<unknown>,
  change: (bytes: Uint8Array, random: TestRandom) => Uint8Array = damage,
): Fuzzed {
  return {
    name,
    shared,
    open: () => {
      const files = [...shared.map(sharedFile), ...fixtures.map(fixture)];
      const zips = new Map(
        files.filter(([a, b]) => a === 0x50 && b === 0x4b).map((f) => [f, unzipped(f)]),
      );
      return (random) => {
        const file = pick(files, random);
        const inner = zips.get(file);
        const within = inner && random.integer(3) > 0;
        const bytes = within ? damageWithin(inner, random) : change(file, random);
        return () => read(bytes);
      };
    },
  };
}

/** TF.js models: model.json is damaged, or one of its shards. */
function tfjs(name: string, models: readonly string[], json: RegExp, whole: boolean): Fuzzed {
  return {
    name,
    shared: models,
    open: () => {
      const all = models.map((model) => {
        const files = readdirSync(sharedPath(model));
        return files
          .filter((file) => json.test(file))
          .map((file) => ({
            json: sharedFile(`${model}/${file}`),
            shards: Object.fromEntries(
              files
                .filter((one) => /shard|\.bin$/.test(one) && !one.endsWith(".json"))
                .map((one) => [one, sharedFile(`${model}/${one}`)]),
            ),
          }));
      });
      const list = all.flat();
      return (random) => {
        const model = pick(list, random);
        const files: Record<string, Uint8Array> = { ...model.shards };
        let text = model.json;
        if (random.integer(4) === 0) {
          const shard = pick(Object.keys(files), random);
          files[shard] = damage(files[shard]!, random);
        } else text = damageJson(text, random);
        return () => (whole ? loadModel(text, { files }) : loadTensors(text, { files }));
      };
    },
  };
}

/** Every format that is read, with its real files. */
export const FORMATS: readonly Fuzzed[] = [
  plain(
    "safetensors",
    [
      `${EXPORTS}/digits_cnn.safetensors`,
      `${SMALL}/burn_safetensors/multi_layer/multi_layer.safetensors`,
    ],
    [],
    (bytes) => loadTensors(bytes),
    damageSafetensors,
  ),
  plain("npz", [`${EXPORTS}/digits_cnn.npz`, `${SMALL}/candle_npz_pt/test.npz`], [], (bytes) =>
    loadTensors(bytes),
  ),
  plain(
    "pt",
    [
      `${EXPORTS}/digits_cnn.pt`,
      `${SMALL}/candle_npz_pt/test.pt`,
      `${SMALL}/candle_npz_pt/test_with_key.pt`,
      `${SMALL}/candle_npz_pt/fortran_tensor_3d.pth`,
    ],
    [],
    (bytes) => loadTensors(bytes),
  ),
  plain("onnx", [`${EXPORTS}/digits_cnn.onnx`, "models/mnist_cntk_onnx/mnist.onnx"], [], (bytes) =>
    loadModel(bytes),
  ),
  plain("h5 weights", [`${EXPORTS}/digits_cnn.h5`], ["keras2Weights.h5"], (bytes) =>
    loadTensors(bytes),
  ),
  plain(
    "h5 weights of Keras 1",
    ["models/squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5"],
    [],
    (bytes) => loadTensors(bytes),
  ),
  plain("h5 model", [], ["keras2.h5"], (bytes) => loadModel(bytes)),
  plain("keras", [], ["keras3.keras"], (bytes) => loadModel(bytes)),
  tfjs(
    "tfjs",
    [
      `${SMALL}/tfjs_abalone_trained`,
      `${SMALL}/tfjs_layers_model`,
      "models/mobilenet_v1_025_tfjs",
      "models/doodlenet_tfjs",
    ],
    /^model\.json$/,
    true,
  ),
  tfjs("tfjs quantized", [`${SMALL}/tfjs_quantized`], /manifest\.json$/, false),
];

/** How many files, and from which seed: case i depends on both alone. */
export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly first?: number;
  /** Called before each case. */
  readonly onCase?: (index: number) => void;
}

/** What became of the files. */
export interface Fuzz {
  readonly read: number;
  readonly refused: number;
  /** Of the processor, so that other programs do not count. */
  readonly worstMs: number;
  /** The case that took longest. */
  readonly worst: number;
}

/** Damages and reads files. @throws whatever a reader throws that is no error of the library's, with the case's number */
export async function fuzz(
  { name, open }: Fuzzed,
  { count, seed, first = 0, onCase = () => {} }: FuzzOptions,
): Promise<Fuzz> {
  const attempt = open();
  let [read, refused, worstMs, worst] = [0, 0, 0, -1];
  for (let i = first; i < first + count; i++) {
    onCase(i);
    const run = attempt(new TestRandom(seed * 1_000_003 + i));
    const begin = process.cpuUsage();
    try {
      await run();
      read++;
    } catch (error) {
      const own =
        error instanceof DataError || error instanceof OptionError || error instanceof ShapeError;
      if (!own) throw new Error(`${name}, case ${i}: ${String(error)}`, { cause: error });
      refused++;
    }
    const { user, system } = process.cpuUsage(begin);
    const ms = (user + system) / 1000;
    if (ms > worstMs) [worstMs, worst] = [ms, i];
  }
  return { read, refused, worstMs, worst };
}
