import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadModel, loadTensors } from "../../src/index.ts";
import { freshFolder, thalweg } from "./run.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../formats/${name}`, import.meta.url));

test("thalweg inspect shows the layers of a model and the tensors of weights, and says what a file is not", async () => {
  const folder = freshFolder();
  const model = await thalweg(["inspect", fixture("keras3.keras"), "--batch-size", "8"], folder);
  expect(model.code).toBe(0);
  expect(model.out).toContain("block_conv");
  expect(model.out).toMatch(/File +Keras 3, /);
  expect(model.out).toMatch(/Input +image float32\[batch, 5, 5, 2\]/);
  expect(model.out).toMatch(/Values +107 float32, 428 B/);
  expect(model.out).toMatch(/Memory +[\d.]+ KiB to train batches of 8 with adam, data not counted/);
  expect(model.out).toMatch(/parameters [\d.]+ K?i?B, gradients /);
  const weights = await thalweg(["inspect", fixture("keras2Weights.h5")], folder);
  expect(weights.out).toContain("[3, 3, 2, 4]");
  expect(weights.out).toMatch(/Tensors +8: 107 float32, 428 B/);
  const other = await thalweg(["inspect", fixture("keras.py")], folder);
  expect(other.code).toBe(1);
  expect(other.err).toContain("must be safetensors, .h5, .keras");
  expect((await thalweg(["inspect"], folder)).err).toContain("inspect: must have one file");
  const size = await thalweg(["inspect", fixture("keras2.h5"), "--batch-size", "0"], folder);
  expect(size.err).toContain('--batch-size: must be a whole number >= 1, got "0"');
});

test("thalweg convert writes every format from every other, and says what it wrote", async () => {
  const folder = freshFolder();
  const x = Float32Array.from({ length: 50 }, (_, i) => (i % 11) / 11);
  const predicted = async (file: string): Promise<number[]> => {
    const net = await loadModel(file);
    const shape = [1, ...net.inputs[0]!.shape];
    const { Tensor } = await import("../../src/index.ts");
    return [...(await net.predict(new Tensor(x, shape, "float32"))).data];
  };
  const want = await predicted(fixture("keras3.keras"));
  let from = fixture("keras3.keras");
  for (const to of ["a.onnx", "b.safetensors", "c/model.json", "d.h5", "e.keras"]) {
    const path = join(folder, to);
    const { code, out, err } = await thalweg(["convert", from, path], folder);
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toMatch(/ -> .*: .*, \d+ layers, /);
    const got = await predicted(path);
    want.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 5));
    from = path;
  }
}, 60_000);

test("thalweg convert renames the tensors of weights, and puts them into a model", async () => {
  const folder = freshFolder();
  const weights = fixture("keras2Weights.h5");
  const map = join(folder, "names.json");
  const [first] = [...(await loadTensors(weights)).keys()];
  writeFileSync(map, JSON.stringify({ [first!]: "stem" }));
  const npz = join(folder, "w.npz");
  const { code, out } = await thalweg(["convert", weights, npz, "--name-map", map], folder);
  expect(code).toBe(0);
  expect(out).toContain("NumPy arrays, 8 tensors");
  expect([...(await loadTensors(npz)).keys()]).toContain("stem");
  const onnx = join(folder, "w.onnx");
  const no = await thalweg(["convert", weights, onnx], folder);
  expect(no.code).toBe(1);
  expect(no.err).toContain(
    "holds tensors but no model; write .npz or .safetensors, or give --model",
  );
  const yes = await thalweg(["convert", weights, onnx, "--model", fixture("keras3.keras")], folder);
  expect(yes.code).toBe(0);
  expect(readFileSync(onnx).length).toBeGreaterThan(428);
  expect((await thalweg(["convert", weights, "w.zip"], folder)).err).toContain("w.zip must end in");
  expect((await thalweg(["convert", weights], folder)).err).toContain("must have two files");
  writeFileSync(map, JSON.stringify({ wing: "stem" }));
  const odd = await thalweg(["convert", weights, npz, "--name-map", map], folder);
  expect(odd.err).toContain('has no tensor "wing"');
}, 60_000);
