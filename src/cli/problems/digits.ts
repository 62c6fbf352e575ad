import { gunzip } from "../../io/gunzip.ts";
import { DataError } from "../../errors.ts";
import { readFile } from "../../runtime/files.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { count } from "../format.ts";
import { gatherSamples } from "./gather.ts";
import type { Problem, Settings } from "./problem.ts";
import { SPLIT_SEED, splitText, splitThree } from "./split.ts";

const SIDE = 8;
const PIXELS = SIDE * SIDE;
/** Pixels count the inked points of a 4 x 4 block. */
const MAXIMUM = 16;
const DIGITS = Array.from({ length: 10 }, (_, i) => String(i));

/** Chosen by cross-validation on the training rows alone: scripts/chooseDigits.mjs, docs/digits.md. */
export const DIGITS_SETTINGS: Settings = {
  layers: [64, 64],
  dropout: 0,
  optimizer: "adam",
  learningRate: 1e-2,
  epochs: 30,
  batchSize: 32,
  keepBest: false,
};

/** The file that the package carries: 1797 lines of 64 pixels and a label. */
const FILE: URL = new URL("data/digits.csv.gz", import.meta.resolve("thalweg/package.json"));

/** Reads the packaged digits: x float32[1797, 64] in [0, 1], y int32[1797]. */
export async function readDigits(): Promise<{ x: Tensor; y: Tensor }> {
  const text = new TextDecoder().decode(
    await gunzip(await readFile(FILE), { name: "digits.csv.gz" }),
  );
  const lines = text.trimEnd().split("\n");
  const x = new Float32Array(lines.length * PIXELS);
  const y = new Int32Array(lines.length);
  lines.forEach((line, row) => {
    const cells = line.split(",");
    if (cells.length !== PIXELS + 1) {
      throw new DataError(
        `digits.csv.gz: line ${row + 1} must have 65 cells, got ${cells.length}; reinstall the package`,
      );
    }
    for (let i = 0; i < PIXELS; i++) x[row * PIXELS + i] = Number(cells[i]) / MAXIMUM;
    y[row] = Number(cells[PIXELS]);
  });
  return {
    x: new Tensor(x, [lines.length, PIXELS], "float32"),
    y: new Tensor(y, [lines.length], "int32"),
  };
}

/** The first job: handwritten digits. */
export async function digitsProblem(testSize: number): Promise<Problem> {
  const all = await readDigits();
  const rows = splitThree(all.y.size, all.y.data, testSize);
  return {
    name: "digits",
    title: "UCI handwritten digits",
    contents: `${count(all.y.size)} images of ${SIDE} x ${SIDE} pixels, 10 classes`,
    source: "Alpaydin and Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0",
    split: splitText(rows, true),
    tested: `${rows.test.length} rows of split seed ${SPLIT_SEED}`,
    task: "classification",
    parts: {
      train: gatherSamples(all, rows.train),
      validation: gatherSamples(all, rows.validation),
      test: gatherSamples(all, rows.test),
    },
    classNames: DIGITS,
    target: { name: "digit", mean: 0, std: 1 },
    image: { width: SIDE, height: SIDE },
    columns: null,
    notes: [],
    settings: DIGITS_SETTINGS,
    testRows: rows.test,
    preprocessing: { kind: "pixels", width: SIDE, height: SIDE, maximum: MAXIMUM },
  };
}
