import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { repeatedKey } from "../../src/io/repeatedKey.ts";
import { encodeSafetensors } from "../../src/io/encodeSafetensors.ts";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { float16, float8E4M3, float8E5M2 } from "../../src/io/smallFloats.ts";
import { Tensor, tensor } from "../../src/tensor/tensor.ts";
import { TestRandom, mutate } from "../mutate.ts";
import { sharedFile, testWithShared } from "../shared.ts";

/** A file with the header as given, valid or not. */
function file(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const json = header instanceof Uint8Array ? header : new TextEncoder().encode(text);
  const out = new Uint8Array(8 + json.length + data.length);
  new DataView(out.buffer).setUint32(0, json.length, true);
  out.set(json, 8);
  out.set(Array.from(data), 8 + json.length);
  return out;
}

const entry = (dtype: string, shape: number[], begin: number, end: number): object => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const bytesOf = (
  array: Float64Array | BigInt64Array | BigUint64Array | Uint16Array | Uint32Array,
): Uint8Array => new Uint8Array(array.buffer);

describe("encodeSafetensors()", () => {
  test("gives decodeSafetensors() every dtype, shape, name and note back, bit for bit", () => {
    const tensors = new Map([
      ["dense/kernel", tensor(Float32Array.of(1, -0, NaN, Infinity, 1e-45, 3), [2, 3])],
      ["ids", tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1))],
      ["pixels", tensor(Uint8Array.of(0, 255, 7), [1, 3])],
      ["mask", tensor([true, false], [2], "bool")],
      ["scalar", tensor(5)],
      ["empty", tensor(new Float32Array(), [0, 4])],
      ['größe "quoted" 😀\n', tensor([1])],
      ["__proto__", tensor([2])],
      ["", tensor([3])],
    ]);
    const notes = new Map([
      ["format", "thalweg"],
      ["__proto__", "x"],
      ["emoji", "😀"],
      ["config", '{"a":1}'],
    ]);
    const content = decodeSafetensors(encodeSafetensors(tensors, notes));
    expect(content.metadata).toEqual(notes);
    expect(new Set(content.tensors.keys())).toEqual(new Set(tensors.keys()));
    for (const [name, t] of tensors) {
      const back = content.tensors.get(name)!;
      expect([back.dtype, back.shape]).toEqual([t.dtype, t.shape]);
      expect(new Uint8Array(back.data.buffer)).toEqual(new Uint8Array(t.data.buffer));
    }
  });

  test("writes the same bytes whatever the order of tensors and notes", () => {
    const pairs: [string, Tensor][] = [
      ["b", tensor([1])],
      ["a", tensor([2])],
      ["c", tensor(Uint8Array.of(1, 2, 3))],
      ["B", tensor([3])],
    ];
    const notes: [string, string][] = [
      ["y", "1"],
      ["x", "2"],
    ];
    const bytes = encodeSafetensors(pairs, notes);
    expect(encodeSafetensors(pairs.toReversed(), notes.toReversed())).toEqual(bytes);
    expect([...decodeSafetensors(bytes).tensors.keys()]).toEqual(["B", "a", "b", "c"]);
  });

  test("pads the header with spaces to 8 bytes, and aligns every tensor to its elements", () => {
    for (let n = 1; n < 12; n++) {
      const bytes = encodeSafetensors([
        ["x".repeat(n), tensor([1])],
        ["a", tensor(Uint8Array.of(1, 2, 3))],
      ]);
      const length = new DataView(bytes.buffer).getUint32(0, true);
      expect(length % 8).toBe(0);
      const json = new TextDecoder().decode(bytes.subarray(8, 8 + length));
      expect(json).toMatch(/^\{.*\} *$/);
      expect(JSON.parse(json)["x".repeat(n)].data_offsets).toEqual([0, 4]);
    }
  });

  test("writes a file of nothing", () => {
    expect(decodeSafetensors(encodeSafetensors([]))).toEqual({
      tensors: new Map(),
      metadata: new Map(),
    });
  });

  test("writes a tensor that views a part of its memory", () => {
    const t = tensor(new Float32Array([0, 1, 2, 3]).subarray(1, 3));
    expect(decodeSafetensors(encodeSafetensors([["a", t]])).tensors.get("a")!.data).toEqual(
      Float32Array.of(1, 2),
    );
  });

  test("refuses names that are taken, reserved or malformed, and notes that are not strings", () => {
    const t = tensor([1]);
    expect(() =>
      encodeSafetensors([
        ["a", t],
        ["a", t],
      ]),
    ).toThrow(/tensor must have a name of its own, got "a"/);
    expect(() => encodeSafetensors([["__metadata__", t]])).toThrow(/reserved/);
    expect(() => encodeSafetensors([["\ud800", t]])).toThrow(/well-formed/);
    expect(() => encodeSafetensors([], [["a", 5 as never]])).toThrow(
      /metadata must be strings, but "a" is 5/,
    );
    expect(() =>
      encodeSafetensors([["a", new Tensor(new Float32Array(3), [2], "float32")]]),
    ).toThrow(/must hold 2 elements/);
    expect(() => encodeSafetensors([["a", new Tensor(new Float32Array(2), [2], "uint8")]])).toThrow(
      DataError,
    );
  });
});

describe("decodeSafetensors()", () => {
  const one = (dtype: string, shape: number[], data: Uint8Array): Tensor =>
    decodeSafetensors(file({ a: entry(dtype, shape, 0, data.length) }, data)).tensors.get("a")!;

  test("reads half, brain and quarter floats exactly", () => {
    expect(
      one("F16", [5], bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00))).data,
    ).toEqual(Float32Array.of(1, -2, 2 ** -24, 65504, -Infinity));
    expect(one("F16", [1], bytesOf(Uint16Array.of(0x7e00))).data[0]).toBeNaN();
    expect(one("BF16", [3], bytesOf(Uint16Array.of(0x3f80, 0xbf00, 0x7f80))).data).toEqual(
      Float32Array.of(1, -0.5, Infinity),
    );
    expect(one("F8_E4M3", [4], Uint8Array.of(0x38, 0x7e, 0x01, 0x80)).data).toEqual(
      Float32Array.of(1, 448, 2 ** -9, -0),
    );
    expect(one("F8_E5M2", [3], Uint8Array.of(0x3c, 0x7b, 0xfc)).data).toEqual(
      Float32Array.of(1, 57344, -Infinity),
    );
  });

  test("reads all small floats as their formula says", () => {
    const formula = (bits: number, exponentBits: number, fractionBits: number): number => {
      const bias = 2 ** (exponentBits - 1) - 1;
      const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
      const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
      const size =
        exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
      return bits >> (exponentBits + fractionBits) ? -size : size;
    };
    for (let bits = 0; bits < 65536; bits++) {
      if (((bits >> 10) & 31) !== 31)
        expect(Object.is(float16(bits), formula(bits, 5, 10))).toBe(true);
    }
    for (let bits = 0; bits < 256; bits++) {
      if ((bits & 127) !== 127) expect(float8E4M3(bits)).toBe(formula(bits, 4, 3));
      if (((bits >> 2) & 31) !== 31) expect(float8E5M2(bits)).toBe(formula(bits, 5, 2));
    }
  });

  test("narrows integers to int32", () => {
    expect(one("I64", [2], bytesOf(BigInt64Array.of(-5n, 2147483647n)))).toMatchObject({
      dtype: "int32",
      data: Int32Array.of(-5, 2 ** 31 - 1),
    });
    expect(one("U64", [1], bytesOf(BigUint64Array.of(7n))).data).toEqual(Int32Array.of(7));
    expect(one("U32", [1], bytesOf(Uint32Array.of(9))).data).toEqual(Int32Array.of(9));
    expect(one("I8", [2], Uint8Array.of(255, 1)).data).toEqual(Int32Array.of(-1, 1));
    expect(one("I16", [1], Uint8Array.of(0xfe, 0xff)).data).toEqual(Int32Array.of(-2));
    expect(one("U16", [1], Uint8Array.of(0xfe, 0xff)).data).toEqual(Int32Array.of(65534));
  });

  test("names the tensor and the element that does not fit", () => {
    expect(() => one("I64", [1], bytesOf(BigInt64Array.of(2n ** 40n)))).toThrow(
      'safetensors: tensor "a": int32 must hold every element, but element 0 is 1099511627776',
    );
    expect(() => one("U32", [1], bytesOf(Uint32Array.of(2 ** 31)))).toThrow(DataError);
    expect(() => one("F64", [2], bytesOf(Float64Array.of(0.5, 0.1)))).toThrow(
      /element 1 is 0.1; pass narrowing: "round"/,
    );
    expect(() => one("BOOL", [2], Uint8Array.of(1, 2))).toThrow(
      /a bool must be 0 or 1, but element 1 is 2/,
    );
  });

  test("rounds float64 when told, but never to infinity", () => {
    const bytes = (x: number): Uint8Array =>
      file({ a: entry("F64", [], 0, 8) }, bytesOf(Float64Array.of(x)));
    expect(decodeSafetensors(bytes(0.1), { narrowing: "round" }).tensors.get("a")!.item()).toBe(
      Math.fround(0.1),
    );
    expect(decodeSafetensors(bytes(NaN)).tensors.get("a")!.item()).toBeNaN();
    expect(decodeSafetensors(bytes(Infinity)).tensors.get("a")!.item()).toBe(Infinity);
    expect(() => decodeSafetensors(bytes(1e300), { narrowing: "round" })).toThrow(
      /but element 0 is 1e\+300$/,
    );
  });

  test("reads tensors that begin at odd addresses, and headers without padding", () => {
    const data = [9, 0, 0, 128, 63];
    const { tensors } = decodeSafetensors(
      file({ b: entry("F32", [1], 1, 5), a: entry("U8", [1], 0, 1) }, data),
    );
    expect([...tensors.keys()]).toEqual(["a", "b"]);
    expect(tensors.get("b")!.data).toEqual(Float32Array.of(1));
  });

  test("gives tensors memory of their own", () => {
    const bytes = encodeSafetensors([["a", tensor([1, 2])]]);
    const { tensors } = decodeSafetensors(Buffer.from(bytes.buffer));
    bytes.fill(0);
    expect(tensors.get("a")!.data).toEqual(Float32Array.of(1, 2));
  });

  test("names the tensor when its offsets overlap", () => {
    const header = { a: entry("U8", [4], 0, 4), b: entry("U8", [4], 2, 6) };
    expect(() => decodeSafetensors(file(header, Array(6).fill(0)))).toThrow(
      'safetensors: tensor "b" must not overlap "a", but begins at 2 < 4',
    );
  });

  test("names the tensor when bytes before it, or the last bytes, belong to none", () => {
    expect(() => decodeSafetensors(file({ b: entry("U8", [4], 2, 6) }, Array(6).fill(0)))).toThrow(
      'tensor "b" must begin at 0, where the bytes before it end, got 2',
    );
    expect(() => decodeSafetensors(file({ b: entry("U8", [4], 0, 4) }, Array(6).fill(0)))).toThrow(
      "tensors must cover the file's 6 bytes of data, but end at 4",
    );
  });

  test("names the tensor when its bytes pass the end of the file", () => {
    const bytes = encodeSafetensors([["w", tensor([1, 2, 3])]]);
    expect(() => decodeSafetensors(bytes.subarray(0, bytes.length - 1), { name: "m" })).toThrow(
      /^safetensors "m": tensor "w" must end within the file's 11 bytes of data, got \[0, 12\]; the file is truncated/,
    );
  });

  test("names the tensor when its size disagrees with its shape", () => {
    expect(() => one("F32", [2, 2], new Uint8Array(12))).toThrow(
      'tensor "a" must have 16 bytes for F32[2, 2], got 12 from [0, 12]',
    );
    expect(() => one("F32", [2 ** 30, 2 ** 30], new Uint8Array(8))).toThrow(DataError);
    expect(() => one("F32", Array(400).fill(2 ** 40), new Uint8Array(8))).toThrow(DataError);
  });

  test.each([
    [{ a: 5 }, /tensor "a" must be described by an object, got 5/],
    [{ a: null }, /described by an object/],
    [{ a: { shape: [], data_offsets: [0, 0] } }, /must have a dtype among F64 .* got undefined/],
    [{ a: entry("C64", [1], 0, 8) }, /dtype among .* got "C64"/],
    [{ a: entry("toString", [1], 0, 8) }, /dtype among/],
    [{ a: entry("F32", [-1], 0, 0) }, /shape of whole numbers >= 0, got \[-1\]/],
    [{ a: entry("F32", [0.5], 0, 2) }, /shape of whole/],
    [{ a: { dtype: "F32", shape: "1", data_offsets: [0, 4] } }, /shape of whole/],
    [
      { a: { dtype: "F32", shape: [1], data_offsets: [0] } },
      /data_offsets \[begin, end\], got \[0\]/,
    ],
    [{ a: entry("F32", [1], -4, 0) }, /data_offsets \[begin, end\]/],
    [{ a: entry("F32", [0], 4, 0) }, /begin <= end, got \[4, 0\]/],
    [{ __metadata__: { n: 1 } }, /__metadata__ must map to strings, but "n" is 1/],
    [{ __metadata__: "x" }, /__metadata__ must be an object/],
    ['{"a":', /header must be JSON/],
    ["[]", /header must be a JSON object, got \[\]/],
    ["null", /header must be a JSON object/],
    [
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      /the header has "a" twice/,
    ],
    ['{"__metadata__":{"k":"1","k":"2"}}', /the header has "k" twice/],
    ["[".repeat(200_000), /header must be JSON/],
  ])("refuses the header %.60j", (header, message) => {
    expect(() => decodeSafetensors(file(header, []))).toThrow(message);
    expect(() => decodeSafetensors(file(header, []))).toThrow(DataError);
  });

  test("refuses a file or header that is truncated, too long or no text", () => {
    expect(() => decodeSafetensors(Uint8Array.of(1, 2, 3))).toThrow(
      "must be at least 8 bytes, got 3; it is truncated",
    );
    expect(() => decodeSafetensors(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 123))).toThrow(
      "header must end at byte 17, but the file has 9",
    );
    expect(() => decodeSafetensors(new Uint8Array(16).fill(255))).toThrow(
      /header must be at most 100000000 bytes/,
    );
    expect(() => decodeSafetensors(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff))).toThrow(
      /header must be UTF-8/,
    );
    expect(() => decodeSafetensors(new Uint8Array(8))).toThrow(/header must be JSON/);
  });

  test("refuses options it does not know", () => {
    expect(() => decodeSafetensors(encodeSafetensors([]), { naming: 1 } as object)).toThrow(
      OptionError,
    );
  });

  test("decodes 5,000 mutated files or says what is wrong with them, in bounded space", () => {
    const random = new TestRandom(5);
    const good = encodeSafetensors(
      [
        ["w", tensor([1, 2, 3])],
        ["m", tensor([true], [1], "bool")],
        ["n", tensor(Int32Array.of(5))],
      ],
      [["k", "v"]],
    );
    const header = {
      h: entry("F16", [4], 0, 8),
      d: entry("F64", [1], 8, 16),
      l: entry("I64", [1], 16, 24),
      b: entry("I8", [4], 24, 28),
    };
    const files = [good, file(header, Array(28).fill(0))];
    let decoded = 0;
    const complaints = new Set<string>();
    for (let i = 0; i < 5000; i++) {
      const whole = files[i % 2]!;
      const body = 8 + whole[0]! + 256 * whole[1]!;
      // Half of them keep the promised lengths, so that the header's content is what is wrong.
      const bytes =
        i % 4 < 2
          ? mutate(whole, random)
          : file(mutate(whole.subarray(8, body), random), whole.subarray(body));
      try {
        const { tensors } = decodeSafetensors(bytes);
        decoded++;
        let size = 0;
        for (const t of tensors.values()) size += t.data.byteLength;
        expect(size).toBeLessThanOrEqual(4 * bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        complaints.add(
          String(error)
            .replace(/"[^"]*"|[\d[\],]+/g, "")
            .slice(0, 50),
        );
      }
    }
    expect(decoded).toBeGreaterThan(30); // every byte of a header matters
    expect(complaints.size).toBeGreaterThan(15);
  });

  const torch = "models/torch_exports/A_digits_cnn/digits_cnn.safetensors";
  const burn = "models/small/burn_safetensors/multi_layer/multi_layer.safetensors";
  testWithShared("reads files that PyTorch and Burn wrote", [torch, burn], () => {
    for (const path of [torch, burn]) {
      const { tensors } = decodeSafetensors(sharedFile(path), { name: path });
      expect(tensors.size).toBeGreaterThan(3);
      const again = decodeSafetensors(encodeSafetensors(tensors)).tensors;
      for (const [name, t] of tensors) expect(again.get(name)).toEqual(t);
      for (const t of tensors.values())
        if (t.dtype === "float32") expect(t.data.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("repeatedKey()", () => {
  test("finds keys twice in one object, not in different ones or in values", () => {
    expect(repeatedKey('{"a":{"a":["a","a"]},"b":{"a":"a:"}, "c\\"" : 1}')).toBeNull();
    expect(repeatedKey('{"a":1,"b":[{"x":1 , "x":2}]}')).toBe("x");
    expect(repeatedKey('{"\\\\":1,"\\u005c":2}')).toBe("\\");
  });
});
