import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import {
  dense,
  gaussianNoise,
  loadModel,
  loadTensors,
  positionEmbedding,
  sequential,
} from "../../src/index.ts";
import { openSource } from "../../src/model/load/source.ts";
import { MODELS, inputsOf, withValues } from "./writtenModels.ts";

const folder = mkdtempSync(join(tmpdir(), "thalweg-save-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = async (net: ReturnType<(typeof MODELS)[string]>) =>
  [...(await net.predict(inputsOf(net, 2)[0]!)).data].map((v) => Math.round(v * 1e5) / 1e5);

test("save() writes what the ending says, and loadModel() reads it again", async () => {
  const net = withValues(MODELS["mlp"]!());
  for (const name of ["a.onnx", "a.keras", "a.h5", "a.safetensors", "sub/model.json", "a.bin"]) {
    await net.save(join(folder, name));
    expect(await data(await loadModel(join(folder, name)))).toEqual(await data(net));
  }
  await net.save(pathToFileURL(join(folder, "url", "net.json")));
  expect(readdirSync(join(folder, "url")).sort()).toEqual(["net-shard1of1.bin", "net.json"]);
  const address = pathToFileURL(join(folder, "url", "net.json"));
  for (const source of [join(folder, "url", "net.json"), address, address.href])
    expect(await data(await loadModel(source))).toEqual(await data(net));
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
});

test("names with #, %, ? and spaces are names, in paths and in URLs, and so are those of the files beside", async () => {
  const net = withValues(MODELS["mlp"]!());
  for (const name of ["a#1.json", "50%.json", "a%23b.json", "what?.json", "a b.json", "x#.keras"]) {
    const [path, url] = [join(folder, "path", name), join(folder, "url of names", name)];
    await net.save(path);
    await net.save(pathToFileURL(url));
    for (const source of [path, url, pathToFileURL(path), pathToFileURL(url)])
      expect(await data(await loadModel(source)), String(source)).toEqual(await data(net));
  }
  for (const place of ["path", "url of names"]) {
    expect(readdirSync(join(folder, place)).sort()).toEqual(
      [
        ...["a#1", "50%", "a%23b", "what?", "a b"].flatMap((stem) => [
          `${stem}-shard1of1.bin`,
          `${stem}.json`,
        ]),
        "x#.keras",
      ].sort(),
    );
  }
});

test("a file that names another one is never led out of its folder", async () => {
  const net = withValues(MODELS["mlp"]!());
  const from = join(folder, "guarded", "model.json");
  await net.save(from);
  const outside = [
    "../model.json",
    "a/../../b",
    "/etc/hostname",
    "file:///etc/hostname",
    "https://x.org/a",
    "\\\\host\\a",
    "c:\\a",
    "",
  ];
  for (const source of [from, pathToFileURL(from)]) {
    const opened = await openSource("loadModel", source);
    for (const name of outside)
      await expect(opened.sibling(name), name).rejects.toThrow("must name files beside it, got");
    // In an address %2e%2e would be the folder above.
    await expect(opened.sibling("%2e%2e/save.test.ts")).rejects.toThrow("no such file");
    expect((await opened.sibling("group1-shard1of1.bin")).length).toBeGreaterThan(0);
  }
});

test("loadModel() of our own ONNX files gives trainable layers again, images channels last", async () => {
  for (const [name, layers] of [
    ["cnn", 2],
    ["residual", 3],
  ] as const) {
    const net = withValues(MODELS[name]!());
    const back = await loadModel((await net.toFiles("onnx"))["model.onnx"]!);
    expect(back.inputs[0]!.shape).toEqual(net.inputs[0]!.shape);
    expect(await data(back)).toEqual(await data(net));
    expect(back.topology.layers.filter(({ kind }) => kind === "conv2d")).toHaveLength(layers);
    expect(back.topology.layers.filter(({ kind }) => kind === "permute")).toEqual([]);
  }
});

test("save() and saveWeights() write the values alone as .npz", async () => {
  const net = withValues(MODELS["cnn"]!());
  await net.save(join(folder, "w.npz"));
  await net.saveWeights(join(folder, "v.npz"));
  for (const name of ["w.npz", "v.npz"]) {
    const tensors = await loadTensors(join(folder, name));
    expect([...tensors.keys()]).toEqual(net.variables.map((v) => v.name));
    const other = MODELS["cnn"]!();
    await other.loadWeights(join(folder, name));
    expect(await data(other)).toEqual(await data(net));
  }
  await expect(loadModel(join(folder, "w.npz"))).rejects.toThrow("holds tensors but no model");
});

test("toFiles() gives the files by name, and says what cannot be written", async () => {
  const net = sequential([dense({ units: 2, inputShape: [3] }), gaussianNoise({ stddev: 0.1 })]);
  expect(Object.keys(await net.toFiles("tfjs"))).toEqual(["model.json", "group1-shard1of1.bin"]);
  expect(Object.keys(await net.toFiles("onnx"))).toEqual(["model.onnx"]);
  await expect(net.toFiles("pickle" as "onnx")).rejects.toThrow(
    'toFiles: unknown format "pickle"; known: safetensors, npz, onnx, tfjs, keras, h5',
  );
  await expect(sequential([dense({ units: 2 })]).toFiles("onnx")).rejects.toThrow(
    "has no variables to save yet",
  );
  const odd = sequential([positionEmbedding({ sequenceLength: 4, inputShape: [4, 2] })]);
  await expect(odd.toFiles("keras")).rejects.toThrow(
    'model "sequential" as keras: positionEmbedding "positionEmbedding": layers of this kind are not in keras3',
  );
});
