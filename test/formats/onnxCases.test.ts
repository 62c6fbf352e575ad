import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DataError, type Model, Tensor, loadModel } from "../../src/index.ts";
import { fieldsOf } from "../../src/io/protobuf.ts";
import { sharedPath } from "../shared.ts";

const path = sharedPath("onnx/onnx_raw.tar.gz");
if (!existsSync(path)) console.warn(`SKIPPED: ${path} is not there`);

/** The files of a tar archive. */
function filesOf(tar: Uint8Array): Map<string, Uint8Array> {
  const text = (from: number, length: number): string =>
    new TextDecoder().decode(tar.subarray(from, from + length)).replace(/\0.*$/s, "");
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    files.set(text(at, 100).replace(/^\.\//, ""), tar.slice(at + 512, at + 512 + size));
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return files;
}

/** A TensorProto of float32; null where it is of something else. */
function tensorOf(bytes: Uint8Array): Tensor | null {
  const shape: number[] = [];
  let type = 0;
  let raw = new Uint8Array();
  for (const { id, value } of fieldsOf("tensor", bytes)) {
    if (id === 1 && typeof value === "bigint") shape.push(Number(value));
    if (id === 1 && typeof value !== "bigint") shape.push(...value); // packed, each below 128
    if (id === 2) type = Number(value);
    if ((id === 4 || id === 9) && typeof value !== "bigint") raw = Uint8Array.from(value);
  }
  return type === 1 ? new Tensor(new Float32Array(raw.buffer), shape, "float32") : null;
}

/** The axis behind the batch moved to the end, or back. */
function moved(t: Tensor, toEnd: boolean): Tensor {
  const [batch, ...rest] = t.shape as [number, ...number[]];
  const [rows, columns] = toEnd
    ? [rest[0]!, t.size / batch / rest[0]!]
    : [t.size / batch / rest.at(-1)!, rest.at(-1)!];
  const out = new Float32Array(t.size);
  const size = rows * columns;
  for (let i = 0; i < t.size; i++) {
    const [sample, at] = [Math.floor(i / size), i % size];
    out[sample * size + (at % columns) * rows + Math.floor(at / columns)] = t.data[i]!;
  }
  const shape = toEnd ? [...rest.slice(1), rest[0]!] : [rest.at(-1)!, ...rest.slice(0, -1)];
  return new Tensor(out, [batch, ...shape], "float32");
}

/** Largest difference, of large numbers as a share. */
function apart(a: Tensor, b: Tensor): number {
  if (a.shape.join() !== b.shape.join()) return Infinity;
  let worst = 0;
  a.data.forEach((v, i) => {
    worst = Math.max(worst, Math.abs(v - b.data[i]!) / Math.max(1, Math.abs(b.data[i]!)));
  });
  return worst;
}

/** Outputs beside those that are wanted; images have their channels last here, so both orders are looked at. */
async function worst(net: Model, given: readonly Tensor[], want: Tensor): Promise<number> {
  const orders = given.some((t) => t.shape.length > 2) ? [false, true] : [false];
  let least = Infinity;
  for (const last of orders) {
    const xs = given.map((t) => (last && t.shape.length > 2 ? moved(t, true) : t));
    if (xs.some((t, i) => t.shape.slice(1).join() !== net.inputs[i]!.shape.join())) continue;
    const y: unknown = await net.predict(xs.length === 1 ? xs[0]! : xs);
    const got = (Array.isArray(y) ? y[0] : y) as Tensor;
    least = Math.min(least, apart(got, want));
    if (got.shape.length > 2) least = Math.min(least, apart(moved(got, false), want));
  }
  return least;
}

// Models of the ONNX project, many from PyTorch's exporter, with inputs and outputs. Most are single ops that no network has,
// or have no batch; what is read must be right, and what is not must be said.
test.skipIf(!existsSync(path))(
  "of ONNX's own models those that are read give the published outputs, and the others are refused",
  async () => {
    const files = filesOf(gunzipSync(readFileSync(path)));
    const read: string[] = [];
    for (const [name, bytes] of files) {
      if (!name.endsWith("/model.onnx")) continue;
      const folder = name.slice(0, -"model.onnx".length);
      let net: Model;
      try {
        net = (await loadModel(bytes)) as Model;
      } catch (error) {
        expect(error, name).toBeInstanceOf(DataError);
        continue;
      }
      const data = (file: string): Tensor | null => {
        const own = files.get(`${folder}test_data_set_0/${file}.pb`);
        return own ? tensorOf(own) : null;
      };
      const given = net.inputs.map((_, i) => data(`input_${i}`));
      const want = data("output_0");
      if (!want || want.size === 0 || given.some((t) => t === null)) continue;
      // Convolutions of a few hundred products, in float32 on both sides.
      expect(await worst(net, given as Tensor[], want), name).toBeLessThan(1e-5);
      read.push(folder.split("/").at(-2)!);
    }
    expect(read.length).toBeGreaterThanOrEqual(64);
    for (const one of [
      "test_Conv2d_depthwise_padded",
      "test_PReLU_1d_multiparam",
      "test_GLU",
      "test_BatchNorm3d_eval",
    ])
      expect(read).toContain(one);
  },
  60_000,
);
