import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freshFolder, thalweg } from "./run.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../formats/${name}`, import.meta.url));

test("thalweg inspect shows the layers of a model and the tensors of weights, and says what a file is not", async () => {
  const folder = freshFolder();
  const model = await thalweg(["inspect", fixture("keras3.keras")], folder);
  expect(model.code).toBe(0);
  expect(model.out).toContain("block_conv");
  expect(model.out).toContain("0.00 MB of float32 values");
  const weights = await thalweg(["inspect", fixture("keras2Weights.h5")], folder);
  expect(weights.out).toContain("float32[3, 3, 2, 4]");
  expect(weights.out).toContain("8 tensors");
  const other = await thalweg(["inspect", fixture("keras.py")], folder);
  expect(other.code).toBe(1);
  expect(other.err).toContain("must be safetensors, .h5, .keras");
  expect((await thalweg(["inspect"], folder)).err).toContain("inspect: must have one file");
});
