import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  type Callback,
  type FitOptions,
  type History,
  type Logs,
  type Model,
  backupAndRestore,
  csvLogger,
  dense,
  earlyStopping,
  fileStore,
  lambdaCallback,
  loadModel,
  memoryStore,
  modelCheckpoint,
  progress,
  reduceLROnPlateau,
  sequential,
  sgd,
  tensorBoard,
} from "../../src/index.ts";
import { progressLine } from "../../src/train/callbacks/progress.ts";

const folder = mkdtempSync(join(tmpdir(), "thalweg-callbacks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const x = [[0], [1], [2], [3], [4]];
const y = x.map(([a]) => [2 * a! - 1]);

function line(): Model {
  const model = sequential([dense({ units: 1, inputShape: [1] })], { seed: 2 });
  model.compile({ optimizer: sgd({ learningRate: 0.02 }), loss: "meanSquaredError" });
  return model;
}

function fit(callbacks: readonly Callback[], options: FitOptions = {}): Promise<History> {
  return line().fit(x, y, { epochs: 4, batchSize: 2, seed: 1, callbacks, ...options });
}

/** Feeds values to a callback as training would, and counts the epochs until it stops. */
async function fed(callback: Callback, values: readonly number[]): Promise<number> {
  const model = line();
  callback.setModel!(model);
  const info = { leads: true, judged: () => Promise.resolve(null) };
  await callback.onTrainBegin!(info as never);
  for (let epoch = 0; epoch < values.length; epoch++) {
    model.setWeights([[[epoch]], [0]]);
    await callback.onEpochEnd!(epoch, { val_loss: values[epoch]!, val_accuracy: values[epoch]! });
    if (model.stopTraining) return epoch + 1;
  }
  await callback.onTrainEnd?.({});
  return values.length;
}

describe("earlyStopping()", () => {
  test.each([
    [{}, [3, 2, 2, 1], 3],
    [{ patience: 2 }, [3, 2, 2.5, 1.9, 2, 2, 2], 6],
    [{ patience: 1, minDelta: 0.5 }, [3, 2, 1.6, 1.5], 3],
    [{ patience: 2, startFromEpoch: 3 }, [1, 2, 3, 4, 5, 6, 7], 6],
    [{ patience: 2, baseline: 1 }, [3, 2, 2.5, 0.5], 3],
    [{ patience: 1, monitor: "val_accuracy" }, [0.1, 0.2, 0.2, 0.3], 3],
    [{ patience: 1, mode: "max" as const }, [1, 2, NaN, 4], 3],
    [{ patience: 0 }, [NaN, 1], 2],
  ])("stops with %o on %j after %d epochs", async (options, values, epochs) => {
    expect(await fed(earlyStopping(options), values)).toBe(epochs);
  });

  test("puts the best weights back, also where it did not stop", async () => {
    const best = earlyStopping({ patience: 9, restoreBestWeights: true });
    const model = line();
    const callback: Callback = { ...best, setModel: () => best.setModel!(model) };
    await fed(callback, []);
    for (const [epoch, val_loss] of [3, 1, 2].entries()) {
      model.setWeights([[[epoch]], [0]]);
      await best.onEpochEnd!(epoch, { val_loss });
    }
    await best.onTrainEnd!({});
    expect(model.getWeights()[0]!.array()).toEqual([[1]]);
    expect([best.bestEpoch, best.stoppedEpoch]).toEqual([1, null]);
  });

  test("names what it can watch, and refuses what it does not know", async () => {
    await expect(fit([earlyStopping()])).rejects.toThrow(
      'earlyStopping: there is no "val_loss" to watch; known: loss, learning_rate',
    );
    expect(() => earlyStopping({ patience: -1 })).toThrow("patience must be >= 0");
    expect(() => earlyStopping({ min_delta: 1 } as object)).toThrow('it is "minDelta" here');
  });
});

describe("hooks", () => {
  test("are called in Keras's order, each awaited", async () => {
    const seen: string[] = [];
    const tell = (text: string) => async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(text);
    };
    const logger = lambdaCallback({
      onTrainBegin: tell("train begins"),
      onEpochBegin: tell("epoch begins"),
      onBatchBegin: tell("batch begins"),
      onBatchEnd: tell("batch ends"),
      onTestBegin: tell("test begins"),
      onTestEnd: tell("test ends"),
      onEpochEnd: tell("epoch ends"),
      onTrainEnd: tell("train ends"),
    });
    await fit([logger], { epochs: 1, batchSize: 3, validationData: [x, y] });
    expect(seen).toEqual([
      "train begins",
      "epoch begins",
      "batch begins",
      "batch ends",
      "batch begins",
      "batch ends",
      "test begins",
      "test ends",
      "epoch ends",
      "train ends",
    ]);
    expect(() => lambdaCallback({ onEpoch: () => {} } as object)).toThrow(
      'unknown option "onEpoch"',
    );
  });

  test("stopTraining ends training after the batch, and History holds the epoch", async () => {
    const model = line();
    let ended = 0;
    const { epoch, history } = await model.fit(x, y, {
      epochs: 9,
      batchSize: 1,
      validationData: [x, y],
      callbacks: [
        lambdaCallback({
          onBatchEnd: (batch) => void (model.stopTraining = ended === 1 && batch === 2),
          onEpochEnd: () => void ended++,
        }),
      ],
    });
    expect(epoch).toEqual([0, 1]);
    expect(history["val_loss"]).toHaveLength(2);
    expect(model.optimizerSnapshot().iterations).toBe(8);
    expect((await model.fit(x, y, { epochs: 2 })).epoch).toEqual([0, 1]);
  });

  test("may evaluate, predict, freeze and release the model that is trained", async () => {
    const plain = line();
    await plain.fit(x, y, { epochs: 4, batchSize: 2, seed: 1, sampleWeight: [1, 1, 2, 1, 1] });
    const model = line();
    const busy = async (): Promise<void> => {
      await model.evaluate(x, y);
      await model.predict([...x, ...x, ...x, ...x], { batchSize: "all" });
    };
    await model.fit(x, y, {
      epochs: 4,
      batchSize: 2,
      seed: 1,
      sampleWeight: [1, 1, 2, 1, 1],
      callbacks: [
        lambdaCallback({
          onEpochBegin: busy,
          onBatchEnd: busy,
          onEpochEnd: () => model.release(),
        }),
      ],
    });
    expect(model.getWeights()).toEqual(plain.getWeights());
    expect(model.optimizerSnapshot()).toEqual(plain.optimizerSnapshot());
    const compiles = lambdaCallback({
      onBatchEnd: () => model.compile({ optimizer: "sgd", loss: "meanSquaredError" }),
    });
    await expect(model.fit(x, y, { callbacks: [compiles] })).rejects.toThrow(
      "was compiled anew while it is trained",
    );
  });
});

describe("fitIterator()", () => {
  test("gives each epoch, pauses between them, and ends as fit", async () => {
    const whole = line();
    const { history } = await whole.fit(x, y, { epochs: 3, batchSize: 2, seed: 1 });
    const model = line();
    const losses: number[] = [];
    let steps = 0;
    for await (const { epoch, logs } of model.fitIterator(x, y, {
      epochs: 3,
      batchSize: 2,
      seed: 1,
    })) {
      expect(epoch).toBe(losses.length);
      losses.push(logs["loss"]!);
      steps += 3;
      await model.predict(x);
      expect(model.optimizerSnapshot().iterations).toBe(steps);
    }
    expect(losses).toEqual(history["loss"]);
    expect(model.getWeights()).toEqual(whole.getWeights());
  });

  test("gives its memory back where the loop is left", async () => {
    const model = line();
    for await (const { epoch } of model.fitIterator(x, y, { epochs: 100 })) if (epoch === 1) break;
    expect(model.optimizerSnapshot().iterations).toBe(2);
    const iterator = model.fitIterator(x, y, { epochs: -1 });
    await expect(iterator.next()).rejects.toThrow("epochs must be");
  });
});

describe("modelCheckpoint()", () => {
  test("saves each epoch under a name with fields filled in, and loadModel reads it", async () => {
    const path = join(folder, "each", "m-{epoch:02d}-{loss:.1f}.safetensors");
    const { history } = await fit([modelCheckpoint(path)]);
    const expected = history["loss"]!.map(
      (loss, i) => `m-0${i + 1}-${loss.toFixed(1)}.safetensors`,
    );
    const names = readdirSync(join(folder, "each")).sort();
    expect(names).toEqual(expected);
    const model = await loadModel(join(folder, "each", names[3]!));
    const again = line();
    await again.fit(x, y, { epochs: 4, batchSize: 2, seed: 1 });
    expect(model.getWeights()).toEqual(again.getWeights());
  });

  test("saves only what is better than all before, or after so many batches, into a store", async () => {
    const store = memoryStore();
    const best = modelCheckpoint("m{epoch}", {
      saveBestOnly: true,
      store,
      initialValueThreshold: 5,
    });
    await fed(best, [6, 3, 4, 2, NaN]);
    expect(await store.list()).toEqual(["m2", "m4"]);
    const batches = memoryStore();
    const options = { saveFreq: 5, saveWeightsOnly: true, store: batches };
    await fit([modelCheckpoint("{epoch}-{batch}", options)]);
    expect(await batches.list()).toEqual(["2-2", "4-1"]);
    const model = line();
    await model.loadWeights((await batches.read("4-1"))!);
    await expect(loadModel((await batches.read("4-1"))!)).rejects.toThrow(
      "holds tensors but no model",
    );
  });

  test("names a field that is not there", async () => {
    const store = memoryStore();
    await expect(fit([modelCheckpoint("{val_loss}", { store })])).rejects.toThrow(
      'there is no "val_loss" for "{val_loss}"; known: loss,',
    );
    await expect(fit([modelCheckpoint("{loss:x}", { store })])).rejects.toThrow('the format "x"');
    expect(() => modelCheckpoint("a", { saveFreq: 0 })).toThrow("saveFreq must be");
  });
});

describe("csvLogger()", () => {
  const rows = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");

  test("writes a row an epoch, begins anew or adds", async () => {
    const path = join(folder, "log.csv");
    writeFileSync(path, "what was there before");
    const { history } = await fit([csvLogger(path)], { epochs: 2 });
    const expected = [
      "epoch,learning_rate,loss",
      ...history["loss"]!.map((l, i) => `${i},0.02,${l}`),
    ];
    expect(rows(path)).toEqual(expected);
    await fit([csvLogger(path, { append: true })], { epochs: 1 });
    expect(rows(path)).toEqual([...expected, expected[1]]);
  });

  test("is cut off where the checkpoint was made when training resumes", async () => {
    const [path, whole] = [join(folder, "resumed.csv"), join(folder, "whole.csv")];
    await fit([csvLogger(whole)]);
    const store = memoryStore();
    const crash: Callback = {
      last: true,
      onEpochEnd: (epoch) => {
        if (epoch === 2) throw new Error("crash");
      },
    };
    await expect(fit([csvLogger(path), crash, backupAndRestore(store)])).rejects.toThrow("crash");
    expect(rows(path)).toHaveLength(4);
    await fit([csvLogger(path), backupAndRestore(store)]);
    expect(rows(path)).toEqual(rows(whole));
  });
});

test("tensorBoard() writes what the run gave into train and validation", async () => {
  const logs = join(folder, "board");
  const board = tensorBoard(logs, { histogramFreq: 2, updateFreq: "batch" });
  board.text("note", "mine", 0);
  await fit([board], { validationData: [x, y] });
  const read = (part: string): string => {
    const names = readdirSync(join(logs, part));
    expect(names).toHaveLength(1);
    expect(names[0]).toMatch(/^events\.out\.tfevents\./);
    return readFileSync(join(logs, part, names[0]!), "latin1");
  };
  const times = (text: string, tag: string): number => text.split(tag).length - 1;
  const [train, validation] = [read("train"), read("validation")];
  expect(times(train, "epoch_loss")).toBe(4);
  expect(times(train, "batch_loss")).toBe(12);
  expect(times(train, "epoch_learning_rate")).toBe(4);
  expect(times(train, "dense/kernel/histogram")).toBe(2);
  expect([times(train, "note"), times(train, "model")]).toEqual([1, 1]);
  expect(times(validation, "epoch_loss")).toBe(4);
  expect(times(validation, "learning_rate")).toBe(0);
  expect(records(Buffer.from(train, "latin1"))).toBeGreaterThan(20);
  expect(records(Buffer.from(validation, "latin1"))).toBeGreaterThan(3);
});

/** CRC-32C bit by bit, from its polynomial, masked as TFRecord files have it. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Number of records of an event file, each with the checksums of its length and of its data. */
function records(file: Buffer): number {
  let [at, count] = [0, 0];
  for (; at < file.length; count++) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc(data));
    at += length + 16;
  }
  expect(at).toBe(file.length);
  return count;
}

describe("progress()", () => {
  test("prints a line an epoch where there is no terminal", async () => {
    const lines: string[] = [];
    const spy = vi
      .spyOn(console, "log")
      .mockImplementation((text: string) => void lines.push(text));
    await fit([progress()], { epochs: 2 });
    spy.mockRestore();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^epoch 2\/2 {2}\d+\.\d\d s {2}loss /);
  });

  test("draws a bar that fits the terminal", () => {
    const info = { epochs: 3, steps: 12 };
    const logs: Logs = { loss: 0.123456 };
    expect(progressLine(info, 0, 6, logs, 80)).toBe(
      "epoch 1/3  [============............]  6/12  loss 0.1235",
    );
    expect(progressLine({ ...info, steps: null }, 1, 6, logs, 80)).toBe(
      "epoch 2/3  6/?  loss 0.1235",
    );
    expect(progressLine(info, 0, 6, logs, 20)).toHaveLength(19);
  });
});

test("reduceLROnPlateau() takes up its state", async () => {
  const one = reduceLROnPlateau({ patience: 2 });
  await fed(one, [1, 2]);
  const two = reduceLROnPlateau({ patience: 2 });
  await fed(two, []);
  await two.restore!(one.state!());
  expect(two.state!()).toEqual({ values: { best: 1, wait: 1, cooldown: 0 } });
});

describe("fileStore()", () => {
  test("keeps bytes by name, and knows none before the first", async () => {
    const store = fileStore(join(folder, "store"));
    expect([await store.list(), await store.read("a")]).toEqual([[], null]);
    await store.write("a", Uint8Array.of(1, 2));
    await store.write("a", Uint8Array.of(3));
    expect(await store.rename!("a", "b")).toBe(true);
    expect(await store.rename!("a", "b")).toBe(false);
    expect([await store.list(), await store.read("b")]).toEqual([["b"], Uint8Array.of(3)]);
    await store.remove("b");
    await store.remove("b");
    expect(await store.list()).toEqual([]);
    await expect((async () => store.read("../b"))()).rejects.toThrow("must be that of a file");
  });
});
