import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { sharedPath, testWithShared } from "../shared.ts";
import { numbersAfter, runExample } from "./runExample.ts";

const MNIST = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];

// A minute of processor time each: a busy machine takes longer.
const TIMEOUT = 600_000;

testWithShared(
  "mnistCnn names 99 % of the test digits after two epochs",
  MNIST.map((name) => `data/mnist/${name}-ubyte.gz`),
  async () => {
    const printed = await runExample("mnistCnn.mjs", "--data", sharedPath("data/mnist"));
    const epochs = numbersAfter(printed, "training accuracy by epoch");
    expect(epochs.length).toBeLessThanOrEqual(3);
    expect(numbersAfter(printed, "test accuracy")[0]).toBeGreaterThanOrEqual(0.99);
  },
  TIMEOUT,
);

// One in ten by chance. Eight epochs, as the example trains by itself, take four times as long.
testWithShared(
  "cifarResidual learns in two epochs what a third of the photographs show",
  ["data/cifar10/train_4000_lossless.bin.gz", "data/cifar10/test_2000_jpeg.bin.gz"],
  async () => {
    const folder = sharedPath("data/cifar10");
    const printed = await runExample("cifarResidual.mjs", "--data", folder, "--epochs", "2");
    expect(numbersAfter(printed, "images")[1]).toBe(2000);
    expect(numbersAfter(printed, "test accuracy")[0]).toBeGreaterThan(0.35);
  },
  TIMEOUT,
);

test.each(["mnistCnn.mjs", "cifarResidual.mjs"])(
  "%s says where its data comes from when they are not there",
  async (name) => {
    const file = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
    const run = promisify(execFile)(process.execPath, [file, "--data", "/nowhere"]);
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/https?:\/\/.+[\s\S]+--data FOLDER/),
    });
  },
);
