import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DataError, tensor } from "../../src/index.ts";
import { openHdf5 } from "../../src/io/hdf5.ts";
import { decodeNpy, encodeNpy } from "../../src/io/npy.ts";
import { decodeNpz, encodeNpz } from "../../src/io/npz.ts";
import { decodeOnnx } from "../../src/io/onnx.ts";
import { MessageWriter } from "../../src/io/protobuf.ts";
import { decodeTorch } from "../../src/io/torch.ts";
import { openZip } from "../../src/io/zip.ts";
import { modelFromOnnx } from "../../src/model/load/onnxModel.ts";
import { kerasLayers } from "../../src/model/load/h5Weights.ts";
import { ownParts } from "../../src/model/load/parts.ts";
import { testWithShared } from "../shared.ts";
import { FORMATS, fuzz } from "./fuzz.ts";

// What is odd in a damaged file is told by the error alone: nothing is printed.
const printed: unknown[][] = [];
beforeEach(() => {
  for (const method of ["log", "warn", "error"] as const)
    vi.spyOn(console, method).mockImplementation((...words) => void printed.push(words));
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(printed.splice(0)).toEqual([]);
});

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const fixture = (name: string): Uint8Array => readFileSync(new URL(name, import.meta.url));

/** A zip file as torch.save writes it, with this pickle. */
function torchFile(
  pickle: string | Uint8Array,
  files: Record<string, Uint8Array> = {},
): Uint8Array {
  const bytes =
    typeof pickle === "string" ? Uint8Array.from(pickle, (c) => c.charCodeAt(0)) : pickle;
  return zipSync({ "a/data.pkl": bytes, ...files }, { level: 0 });
}

/** The pickle of one float tensor with these BININT2 arguments. */
function tensorPickle(offset: number, shape: number[], strides: number[]): string {
  const number = (n: number): string => `M${String.fromCharCode(n & 255, n >> 8)}`;
  const word = (s: string): string => `X${String.fromCharCode(s.length)}\0\0\0${s}`;
  const tuple = (list: number[]): string => `(${list.map(number).join("")}t`;
  const storage = `(${word("storage")}ctorch\nFloatStorage\n${word("0")}${word("cpu")}${number(4)}tQ`;
  return `\x80\x02}${word("w")}ctorch._utils\n_rebuild_tensor_v2\n(${storage}${number(offset)}${tuple(shape)}${tuple(strides)}\x89}tRs.`;
}

describe("decodeTorch()", () => {
  const storage = { "a/data/0": new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer) };
  test("reads views of a storage", () => {
    const t = decodeTorch(torchFile(tensorPickle(1, [3], [1]), storage)).get("w")!;
    expect([...t.data]).toEqual([2, 3, 4]);
    const turned = decodeTorch(torchFile(tensorPickle(0, [2, 2], [1, 2]), storage)).get("w")!;
    expect([...turned.data]).toEqual([1, 3, 2, 4]);
  });

  test("runs nothing: a pickle that calls anything else is refused by name", () => {
    for (const call of [
      "os\nsystem",
      "builtins\neval",
      "builtins\n__import__",
      "torch\nload",
      "__builtin__\ngetattr",
      "constructor\nconstructor",
    ]) {
      const pickle = `c${call}\n(X\x04\0\0\0echotR.`;
      expect(() => decodeTorch(torchFile(pickle))).toThrow(
        `the pickle calls "${call.replace("\n", ".")}", which is never run`,
      );
    }
    expect(() => decodeTorch(torchFile("ctorch\nFloatStorage\n)R."))).toThrow("which is never run");
    // A state that BUILD would set is dropped: it cannot reach a prototype.
    expect(() => decodeTorch(torchFile("}X\x09\0\0\0__proto__}X\x01\0\0\0aK\x01ssb."))).toThrow(
      DataError,
    );
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  test("refuses tensors that leave their storage, or repeat it", () => {
    expect(() => decodeTorch(torchFile(tensorPickle(2, [3], [1]), storage))).toThrow(
      "must lie within its storage of 4 elements",
    );
    expect(() => decodeTorch(torchFile(tensorPickle(0, [60000, 60000], [0, 0]), storage))).toThrow(
      "must lie within its storage",
    );
    expect(() => decodeTorch(torchFile(tensorPickle(0, [4], [1])))).toThrow(
      'has no file "a/data/0"',
    );
    expect(() => decodeTorch(torchFile("]q\0h\0a."))).toThrow("nested too deeply");
    // 2^40 references to one list.
    const laughs = `]q\0${Array.from({ length: 25 }, (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`).join("")}.`;
    expect(() => decodeTorch(torchFile(laughs))).toThrow("nested too deeply, or holds too much");
  });
});

describe("openZip()", () => {
  const good = zipSync({ "a.npy": encodeNpy(tensor([1, 2, 3])) }, { level: 9 });
  const patched = (
    change: (view: DataView, central: number) => void,
    bytes: Uint8Array = good,
  ): Uint8Array => {
    const out = Uint8Array.from(bytes);
    const view = new DataView(out.buffer);
    change(view, view.getUint32(out.length - 6, true));
    return out;
  };
  test("refuses names that leave the folder", () => {
    for (const name of ["../a", "/a", "a/../../b", "C:a", "a\\b"])
      expect(() => openZip(zipSync({ [name]: text("x") }))).toThrow(
        "must have names within its folder",
      );
  });
  test("refuses contents that claim what they cannot hold, and never unpacks more than is claimed", () => {
    expect(() => openZip(patched((v, c) => v.setUint32(c + 24, 2 ** 31, true)))).toThrow(
      "cannot hold 2147483648",
    );
    const bomb = zipSync({ "a.npy": new Uint8Array(5_000_000) }, { level: 9 });
    const small = patched((v, c) => v.setUint32(c + 24, 1000, true), bomb);
    expect(() => openZip(small).read("a.npy")).toThrow(/cannot unpack|checksum differs/);
  });
  test("refuses files that overlap, are encrypted, damaged, or of another method", () => {
    const two = zipSync({ a: text("aaaa"), b: text("bbbb") }, { level: 0 });
    expect(() => openZip(patched((v, c) => v.setUint32(c + 47 + 42, 0, true), two))).toThrow(
      "belong to another file as well",
    );
    expect(() => openZip(patched((v, c) => v.setUint16(c + 8, 1, true)))).toThrow(
      "must not be encrypted",
    );
    expect(() => openZip(patched((v, c) => v.setUint16(c + 10, 12, true)))).toThrow(
      "has method 12",
    );
    expect(() => openZip(patched((v, c) => v.setUint32(c + 16, 7, true))).read("a.npy")).toThrow(
      "checksum differs",
    );
    expect(() => openZip(good.subarray(0, good.length - 3))).toThrow("it is truncated");
  });
});

describe("decodeNpy()", () => {
  test("refuses objects, strange headers and bytes that are not the shape's", () => {
    const good = encodeNpy(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    const header = (from: string, to: string): Uint8Array => {
      const s = String.fromCharCode(...good).replace(from, to);
      return Uint8Array.from(s, (c) => c.charCodeAt(0));
    };
    expect(decodeNpy(good).array()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(() => decodeNpy(header("<f4", "|O8"))).toThrow(
      "holds Python objects, which are not read",
    );
    expect(() => decodeNpy(header("<f4", "<c8"))).toThrow("must have a dtype among");
    expect(() => decodeNpy(header("(2, 2)", "(9, 2)"))).toThrow(
      "must have 72 bytes for <f4[9, 2], got 16",
    );
    expect(() => decodeNpy(header("(2, 2)", "(2,-2)"))).toThrow("must describe plain numbers");
    expect(() => decodeNpy(good.subarray(0, 100))).toThrow("truncated");
    expect(() => decodeNpz(zipSync({ "a.txt": good }))).toThrow("must hold .npy files only");
  });
  test("encodeNpz() is read back, every dtype and shape", () => {
    const all = new Map([
      ["f", tensor([[1.5, -0]])],
      ["i", tensor(Int32Array.of(-7))],
      ["u", tensor(Uint8Array.of(9))],
      ["b", tensor([true, false], [2], "bool")],
      ["s", tensor(5)],
      ["e", tensor(new Float32Array(), [0, 3])],
    ]);
    expect(decodeNpz(encodeNpz(all))).toEqual(all);
  });
});

describe("decodeOnnx()", () => {
  const node = (op: string, inputs: string[], output: string): MessageWriter => {
    const m = new MessageWriter();
    for (const name of inputs) m.text(1, name);
    return m.text(2, output).text(3, `n_${output}`).text(4, op);
  };
  const value = (name: string, axes: number[]): MessageWriter => {
    const shape = new MessageWriter();
    for (const n of axes) shape.message(1, new MessageWriter().int(1, n));
    return new MessageWriter()
      .text(1, name)
      .message(2, new MessageWriter().message(1, new MessageWriter().int(1, 1).message(2, shape)));
  };
  const file = (nodes: MessageWriter[], initializer?: MessageWriter): Uint8Array => {
    const graph = new MessageWriter();
    for (const one of nodes) graph.message(1, one);
    if (initializer) graph.message(5, initializer);
    graph.message(11, value("x", [1, 4])).message(12, value("y", [1, 4]));
    return new MessageWriter()
      .int(1, 8)
      .message(7, graph)
      .message(8, new MessageWriter().int(2, 13))
      .finish();
  };
  const load = (bytes: Uint8Array): unknown =>
    modelFromOnnx("onnx", decodeOnnx(bytes), null, ownParts());

  test("names an unknown op, a cycle, a value that two nodes give", () => {
    expect(() => load(file([node("Frobnicate", ["x"], "y")]))).toThrow(
      'Frobnicate "n_y" is an op that is not read',
    );
    expect(() =>
      load(file([node("Relu", ["b"], "a"), node("Relu", ["a"], "b"), node("Relu", ["b"], "y")])),
    ).toThrow('needs "b", which nothing before it gives; the graph has a cycle');
    expect(() => load(file([node("Relu", ["x"], "y"), node("Relu", ["x"], "y")]))).toThrow(
      'two nodes give the value "y"',
    );
    expect(() => load(file([node("Relu", ["x"], "z")]))).toThrow('no node gives the output "y"');
  });
  test("names tensors that claim what they do not hold, or lie in other files", () => {
    const t = (change: (m: MessageWriter) => MessageWriter): Uint8Array =>
      file(
        [node("Relu", ["x"], "y")],
        change(
          new MessageWriter()
            .int(1, 2 ** 30)
            .int(1, 2 ** 30)
            .int(2, 1)
            .text(8, "w"),
        ),
      );
    expect(() => load(t((m) => m.bytes(9, new Uint8Array(4))))).toThrow(
      'tensor "w" must hold 1152921504606847000 elements',
    );
    expect(() => load(t((m) => m.int(14, 1)))).toThrow('tensor "w" lies in another file');
  });
});

describe("openHdf5()", () => {
  test("refuses groups that hold themselves", () => {
    const bytes = Uint8Array.from(fixture("keras2Weights.h5"));
    const view = new DataView(bytes.buffer);
    // Every symbol table entry is made to point at the root's object header.
    const root = view.getBigUint64(64, true);
    for (let at = 0; at + 8 < bytes.length; at += 8) {
      if (String.fromCharCode(...bytes.subarray(at, at + 4)) !== "SNOD") continue;
      const entries = view.getUint16(at + 6, true);
      for (let i = 0; i < entries; i++) view.setBigUint64(at + 8 + 40 * i + 8, root, true);
    }
    expect(() => openHdf5(bytes)).toThrow(DataError);
  });
});

const ROUNDS = 100;

describe("mutated files are read or refused, in bounded time", () => {
  for (const format of FORMATS) {
    const title = `${format.name}: no file of ${ROUNDS} that are damaged does harm`;
    const run = async (): Promise<void> => {
      const { read, refused, worstMs } = await fuzz(format, { count: ROUNDS, seed: 20 });
      expect(read + refused).toBe(ROUNDS);
      // Most mutations damage a file; those of large ones may hit values alone.
      expect(refused).toBeGreaterThan(0);
      expect(worstMs).toBeLessThan(5000);
    };
    if (format.shared.length > 0) testWithShared(title, [...format.shared], run);
    else test(title, run, 60_000);
  }
});

test("an .h5 file that lists more layers than a call takes arguments is refused as any other", () => {
  const names = new Array<string>(500_000).fill("absent");
  const file = { attributes: { layer_names: names }, groups: new Map(), datasets: new Map() };
  expect(() => kerasLayers("file", file)).toThrow('file: has no group "absent"');
});
