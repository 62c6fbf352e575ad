import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { DataError } from "../../errors.ts";
import { decodeIdx } from "../../io/idx.ts";
import { printShape } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Samples } from "../../train/split.ts";
import { count } from "../format.ts";
import { readBytes } from "../readBytes.ts";
import { gatherSamples } from "./gather.ts";
import type { Problem } from "./problem.ts";
import { SPLIT_SEED, VALIDATION } from "./split.ts";
import { trainTestSplit } from "../../train/split.ts";
import { Random } from "../../math/random.ts";

/** Pixels are bytes. */
const MAXIMUM = 255;

/** The file of a folder whose name begins with "train-images" and the like. @throws DataError */
function findFile(folder: string, part: "train" | "t10k", what: "images" | "labels"): string {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw new DataError(
      `--idx: must be a folder with MNIST's four files, got "${folder}", which is no folder`,
    );
  }
  const begins = new RegExp(
    `^${part === "t10k" ? "(t10k|test)" : part}-${what}[-.]idx\\d-ubyte(\\.gz)?$`,
  );
  const found = names.filter((name) => begins.test(name)).sort()[0];
  if (found === undefined) {
    throw new DataError(
      `--idx: "${folder}" must hold ${part}-${what}-idx${what === "images" ? 3 : 1}-ubyte or its .gz, but there is none`,
    );
  }
  return join(folder, found);
}

async function readPart(
  folder: string,
  part: "train" | "t10k",
): Promise<{ samples: Samples; width: number; height: number }> {
  const [imagePath, labelPath] = [
    findFile(folder, part, "images"),
    findFile(folder, part, "labels"),
  ];
  const images = decodeIdx(await readBytes(imagePath), { name: basename(imagePath) });
  const labels = decodeIdx(await readBytes(labelPath), { name: basename(labelPath) });
  const [rows, height, width] = images.shape;
  if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== rows) {
    throw new DataError(
      `--idx: images must be [rows, height, width] with a label each, got ${printShape(images.shape)} and ${printShape(labels.shape)}`,
    );
  }
  const pixels = new Float32Array(images.data.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = images.data[i]! / MAXIMUM;
  const x = new Tensor(pixels, [rows!, height! * width!], "float32");
  const y = new Tensor(Int32Array.from(labels.data), [rows!], "int32");
  return { samples: { x, y }, width: width!, height: height! };
}

/** Images and labels in IDX files, the format of MNIST. @throws DataError */
export async function idxProblem(folder: string): Promise<Problem> {
  const { samples, width, height } = await readPart(folder, "train");
  const test = await readPart(folder, "t10k");
  if (test.width !== width || test.height !== height) {
    throw new DataError(
      `--idx: test images must be ${width} x ${height} as the training images, got ${test.width} x ${test.height}`,
    );
  }
  const rows = trainTestSplit(samples.y.size, new Random(SPLIT_SEED, 1), {
    testSize: VALIDATION,
    stratify: samples.y.data,
  });
  let classes = 2;
  for (const { y } of [samples, test.samples])
    for (const label of y.data) classes = Math.max(classes, label + 1);
  const name = basename(resolve(folder)).replace(/[^\w.-]+/g, "-") || "idx";
  return {
    name,
    title: name,
    contents: `${count(samples.y.size)} + ${count(test.samples.y.size)} images of ${width} x ${height} pixels, ${classes} classes`,
    source: "",
    split: `${count(rows.train.length)} images to train, ${count(rows.test.length)} to validate (shuffled by seed ${SPLIT_SEED}, stratified), ${count(test.samples.y.size)} to test, as the files have them`,
    tested: `the ${count(test.samples.y.size)} test images of the files`,
    task: "classification",
    parts: {
      train: gatherSamples(samples, rows.train),
      validation: gatherSamples(samples, rows.test),
      test: test.samples,
    },
    classNames: Array.from({ length: classes }, (_, i) => String(i)),
    target: { name: "label", mean: 0, std: 1 },
    image: { width, height },
    columns: null,
    notes: [],
    settings: {
      layers: [128],
      dropout: 0,
      optimizer: "adam",
      learningRate: 2e-3,
      epochs: 3,
      batchSize: 64,
      keepBest: false,
    },
    testRows: null,
    preprocessing: { kind: "pixels", width, height, maximum: MAXIMUM },
  };
}
