import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { DATASETS } from "./datasets.ts";
import { main } from "./main.ts";
import {
  type GoldenContent,
  encode,
  syntheticOps,
  syntheticOptimizers,
  syntheticTraining,
  writeGolden,
} from "./synthetic.ts";

const data = ["../../data", "../data"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Exit code and all that was printed. */
async function golden(
  folder: string,
  parts: string[] = [],
  onnx: string = "nowhere",
): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await main({ folder, data, parts, onnx: [onnx] }, (line) => lines.push(line));
  return { code, text: lines.join("\n") };
}

const runOn = (files: GoldenContent): ReturnType<typeof golden> => golden(writeGolden(files));

/** A committed file of ops, parsed: to be altered. */
function committed(path: string): {
  cases: { id: string; op: string; outputs: { y: { data?: number[] } } }[];
} {
  return JSON.parse(readFileSync(new URL(`data/${path}`, import.meta.url), "utf8"));
}

test("main() passes a folder of shapes, steps and splits that it has never seen", async () => {
  const { train, test: rest } = DATASETS["diabetes"]!(data, 300)!;
  const { code, text } = await runOn({
    "ops/odd.json": syntheticOps(),
    "optim/other.json": syntheticOptimizers(),
    "train/linear.json": syntheticTraining("diabetes", train, rest, 23),
  });
  expect(text).toContain("20 passed, 0 failed, 0 unsupported");
  expect(code).toBe(0);
});

test("`npm run golden` ends with 1 and names the case when one number is altered", () => {
  const file = committed("ops/unary.json");
  const altered = file.cases.find((c) => c.op === "tanh" && c.outputs.y.data)!;
  altered.outputs.y.data![0]! += 1e-4;
  const folder = writeGolden({ "ops/unary.json": file });
  const script = fileURLToPath(new URL("../../scripts/golden.mjs", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [script], {
    env: { ...process.env, GOLDEN: folder },
    encoding: "utf8",
  });
  expect(stdout).toMatch(new RegExp(`ops/unary.json ${altered.id} \\(tanh\\): error/bound is \\d`));
  expect(stdout).toContain(`${file.cases.length - 1} passed, 1 failed`);
  expect(status).toBe(1);
});

test("main() fails when one step of a trajectory or one batch loss is altered", async () => {
  const optim = syntheticOptimizers() as { cases: { trajectory_f64: { data: number[] }[] }[] };
  optim.cases[0]!.trajectory_f64[1]!.data[20]! += 1e-4;
  const { train, test: rest } = DATASETS["diabetes"]!(data, 300)!;
  const training = syntheticTraining("diabetes", train, rest, 23) as {
    runs: { float64: { step_losses: number[] } }[];
  };
  training.runs[0]!.float64.step_losses[5]! *= 1 + 1e-4;
  const { code, text } = await runOn({ "optim/a.json": optim, "train/b.json": training });
  expect(text).toContain("0 passed, 2 failed");
  expect(code).toBe(1);
});

test("main() fails where a NaN, an infinity or a -0 is expected and something else comes", async () => {
  const one = (y: unknown): object => ({
    id: String(y),
    op: "relu",
    inputs: { x: { dtype: "float32", shape: [1], data: [1] } },
    outputs: { y: { dtype: "float64", shape: [1], data: [y] } },
  });
  const { text } = await runOn({
    "ops/a.json": { format: "golden-ops/1", cases: ["NaN", "Infinity", "-0", 1].map(one) },
  });
  expect(text).toContain("1 passed, 3 failed");
});

test("main() names file, case and what is wrong with it", async () => {
  const x = { dtype: "float32", shape: [2], data: [1, 2] };
  const good = { op: "relu", inputs: { x }, outputs: { y: x } };
  const cases = [
    { id: "short", ...good, inputs: { x: { ...x, data: [1] } } },
    { id: "dtype", ...good, inputs: { x: { ...x, dtype: "float16" } } },
    { id: "word", ...good, inputs: { x: { ...x, data: [1, "two"] } } },
    { id: "shape", ...good, outputs: { y: { ...x, shape: [2, 1] } } },
    { id: "name", ...good, outputs: { z: x } },
    { id: "unheard", ...good, op: "reluu" },
    { id: "none", op: "relu" },
    { id: "gradient", ...good, grads: { x } },
    7,
  ];
  const { code, text } = await runOn({
    "ops/a.json": { format: "golden-ops/1", cases },
    "ops/b.json": "{",
    "ops/c.json": { format: "golden-oops/1", cases: [] },
    "ops/d.json": { format: "golden-ops/1" },
    "optim/e.json": {
      format: "golden-optim/1",
      cases: [{ id: "who", kind: "rosenbrock", optimizer: "Sgd", hyper: {} }],
    },
  });
  expect(code).toBe(1);
  expect(
    text.slice(text.indexOf("Failures"), text.lastIndexOf("\n\n")).split("\n").slice(1),
  ).toEqual([
    "  ops/a.json short (relu): inputs.x: shape [2] holds 2 elements, got 1",
    '  ops/a.json dtype (relu): inputs.x: dtype must be one of float64, float32, int32, bool, uint8, got "float16"',
    '  ops/a.json word (relu): inputs.x: element 1 must be a number, "NaN", "Infinity", "-Infinity" or "-0", got "two"',
    "  ops/a.json shape (relu): outputs.y: must have shape [2, 1], got [2]",
    "  ops/a.json name (relu): outputs.z: the op has no such result, but y",
    '  ops/a.json unheard (reluu): op "reluu" is not known here',
    '  ops/a.json none (relu): "inputs" must be tensors by name',
    '  ops/a.json gradient (relu): grads need "cotangents"',
    '  ops/a.json case 8 (undefined): "op" must be a name, got undefined',
    expect.stringMatching(/^ {2}ops\/b\.json ops\/b\.json \(file\): .*JSON/),
    '  ops/c.json ops/c.json (file): format "golden-oops/1" is not known here',
    '  ops/d.json ops/d.json (file): "cases" must be a list, got undefined',
    '  optim/e.json who (Sgd): optimizer "Sgd" is not known here',
  ]);
});

test("main() says that there is no folder, no file, no such part, no onnx", async () => {
  expect(await golden("nowhere")).toMatchObject({
    code: 1,
    text: expect.stringContaining("there is no folder nowhere"),
  });
  expect(await golden(writeGolden({}))).toMatchObject({
    code: 1,
    text: expect.stringContaining("has no ops/*.json"),
  });
  const folder = writeGolden({ "ops/a.json": syntheticOps() });
  expect(await golden(folder, ["optim"])).toMatchObject({
    code: 1,
    text: expect.stringContaining('no part "optim"'),
  });
  expect(await golden(folder, ["onnx"])).toMatchObject({
    code: 0,
    text: expect.stringContaining("SKIPPED, nothing was checked: there is no onnx_node.json"),
  });
});

test("main() tells ONNX cases that pass, fail and have no operator here", async () => {
  const x = encode("float32", [3], [-1, 0, 2]);
  const y = { x: encode("float32", [3], [0, 0, 2]) };
  const one = (id: string, op: string, outputs: object): object => ({
    id,
    op,
    nodes: [{ op, inputs: ["v"], outputs: Object.keys(outputs), attrs: {} }],
    inputs: { v: x },
    outputs,
  });
  const cases = [
    one("right", "Relu", y),
    one("wrong", "Relu", { x: encode("float32", [3], [0, 0, 2.01]) }),
    one("badShape", "Relu", { x: encode("float32", [1], [0]) }),
    one("unknown", "NonZero", y),
  ];
  const folder = writeGolden({ "onnx/onnx_node.json": { format: "onnx-cases/1", cases } });
  const { code, text } = await golden(folder, ["onnx"], `${folder}/onnx`);
  expect(code).toBe(1);
  expect(text).toContain("wrong (Relu): error/bound is");
  expect(text).toContain("badShape (Relu): x: must have shape [1], got [3]");
  expect(text).toContain("later: there is no NonZero");
  expect(text).toContain("1 passed, 2 failed, 1 unsupported");
});
