import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { encode } from "fast-png";
import { expect } from "vitest";
import { sharedFile, sharedPath, testWithShared } from "../shared.ts";
import { numbersAfter } from "./runExample.ts";

const root = new URL("../../", import.meta.url);
const RECORDS = "data/cifar10/train_4000_lossless.bin.gz";
const WEIGHTS = "models/mobilenet_v1_025_tfjs/model.json";

/** The first images of some classes of CIFAR-10 as PNG files, in a folder for each class. */
function writePhotos(
  folder: string,
  classes: Readonly<Record<number, string>>,
  count: number,
): void {
  const bytes = gunzipSync(sharedFile(RECORDS));
  const written: Record<string, number> = {};
  for (let at = 0; at < bytes.length; at += 3073) {
    const name = classes[bytes[at]!];
    if (name === undefined || (written[name] ?? 0) === count) continue;
    const i = (written[name] = (written[name] ?? 0) + 1);
    const data = new Uint8Array(3072);
    for (let pixel = 0; pixel < 1024; pixel++)
      for (let c = 0; c < 3; c++) data[3 * pixel + c] = bytes[at + 1 + 1024 * c + pixel]!;
    mkdirSync(join(folder, name), { recursive: true });
    const png = encode({ width: 32, height: 32, channels: 3, depth: 8, data });
    writeFileSync(join(folder, name, `${i}.png`), png);
  }
}

/** The program of docs/transfer.md, but for the network and its file: a smaller one that is here. */
function program(): string {
  const page = readFileSync(new URL("docs/transfer.md", root), "utf8");
  const [, code] = /```js\n([\s\S]*?)```/.exec(page)!;
  const changed = code!
    .replaceAll("mobileNetV2", "mobileNet")
    .replace('weights: "imagenet"', `alpha: 0.25, weights: ${JSON.stringify(sharedPath(WEIGHTS))}`);
  expect(changed).not.toContain('weights: "imagenet"');
  return changed;
}

// One in three by chance.
testWithShared(
  "the program of docs/transfer.md learns three classes from 48 photographs each, and saves what it learnt",
  [RECORDS, WEIGHTS],
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "thalweg-photos-"));
    try {
      writePhotos(join(folder, "photos"), { 0: "airplane", 5: "dog", 9: "truck" }, 48);
      // A module below the package's own folder may import the package by its name.
      mkdirSync(new URL("build/docs/", root), { recursive: true });
      const file = fileURLToPath(new URL("build/docs/transfer.mjs", root));
      writeFileSync(file, program());
      const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
      expect(stdout).toContain("classes: airplane, dog, truck\n");
      expect(numbersAfter(stdout, "accuracy of the head:")[0]).toBeGreaterThan(0.6);
      expect(numbersAfter(stdout, "accuracy after fine-tuning:")[0]).toBeGreaterThan(0.6);
      expect(stdout).toContain("the first one: true true\n");
      expect(existsSync(join(folder, "photos.safetensors"))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  180_000,
);
