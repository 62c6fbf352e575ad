import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const TRANSFER = {
  mobileNet: "models/mobilenet_v1_025_tfjs/model.json",
  squeezeNet: "models/squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5",
};

// What logistic regression on the pixels reaches is 0.30; on features of the same networks 0.64 and 0.63 (scikit-learn).
for (const [network, weights] of Object.entries(TRANSFER)) {
  testWithShared(
    `transferCifar names 0.62 of the test images by features of ${network}, and more when it is fine-tuned`,
    [weights, "data/cifar10/train_4000_lossless.bin.gz", "data/cifar10/test_2000_jpeg.bin.gz"],
    async () => {
      const report = join(mkdtempSync(join(tmpdir(), "thalweg-report-")), "report.html");
      const places = ["--data", sharedPath("data/cifar10"), "--models", sharedPath("models")];
      const printed = await runExample(
        "transferCifar.mjs",
        ...["--network", network, "--report", report, ...places],
      );
      const [pixels] = numbersAfter(printed, "raw pixels: test accuracy");
      const [features] = numbersAfter(printed, "features: test accuracy");
      const [tuned] = numbersAfter(printed, "fine-tuned: test accuracy");
      expect(features).toBeGreaterThanOrEqual(0.62);
      expect(features).toBeGreaterThan(pixels! + 0.2);
      expect(tuned).toBeGreaterThan(features!);
      const page = readFileSync(report, "utf8");
      expect(page.split("<img ").length - 1).toBe(40);
      expect(page).toContain(`<td>${tuned!.toFixed(3)}</tr>`);
      rmSync(report);
    },
    TIMEOUT,
  );
}

test.each(["mnistCnn.mjs", "cifarResidual.mjs", "transferCifar.mjs"])(
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
