import { describe, expect, test } from "vitest";
import {
  type Callback,
  type Model,
  type Store,
  type TrainingInfo,
  adam,
  backupAndRestore,
  dataset,
  decodeCheckpoint,
  dense,
  earlyStopping,
  learningRateScheduler,
  memoryStore,
  sequential,
} from "../../src/index.ts";
import { VERSION } from "../../src/kernels/arithmetic.ts";
import { decodeSealed, encodeSealed } from "../../src/io/sealed.ts";
import { OPTIONS, makeModel, outcome } from "./resumable.ts";
import packageJson from "../../package.json" with { type: "json" };

/** Takes the checkpoint after some batch of an epoch, or after the epoch where there is none, and ends. */
function interrupt(
  epoch: number,
  batch: number | null,
  take: (bytes: Uint8Array) => void,
): Callback {
  let info: TrainingInfo | null = null;
  let at = 0;
  const end = (): never => {
    take(info!.checkpoint());
    throw new Error("interrupted");
  };
  return {
    last: true,
    onTrainBegin: (training) => void (info = training),
    onEpochBegin: (now) => void (at = now),
    onBatchEnd: (now) => void (at === epoch && now === batch && end()),
    onEpochEnd: (now) => void (now === epoch && batch === null && end()),
  };
}

async function checkpointAt(epoch: number, batch: number | null): Promise<Uint8Array> {
  let bytes: Uint8Array | null = null;
  const stop = interrupt(epoch, batch, (taken) => (bytes = taken));
  await expect(outcome(5, [stop])).rejects.toThrow("interrupted");
  return bytes!;
}

describe("resuming", () => {
  test("gives what the uninterrupted training gives, to the bit, at any batch and between epochs", async () => {
    const whole = await outcome(5);
    // 185 rows in batches of 16: batch 11 is the smaller last one.
    for (const [epoch, batch] of [
      [0, 0],
      [1, 5],
      [3, 10],
      [2, 11],
      [0, null],
      [3, null],
      [4, null],
    ] as const) {
      const bytes = await checkpointAt(epoch, batch);
      expect(await outcome(5, [], { resumeFrom: bytes }), `${epoch}, ${batch}`).toBe(whole);
    }
  });

  test("notices when something of the checkpoint is left out", async () => {
    const whole = await outcome(5);
    const bytes = await checkpointAt(1, 5);
    const { tensors, metadata } = decodeSealed(bytes, "checkpoint", "");
    const record = metadata.get("training")!;
    const changed = async (text: string): Promise<string> => {
      const notes = [...metadata].filter(([key]) => key !== "crc32c" && key !== "training");
      const other = encodeSealed(tensors, [...notes, ["training", text]]);
      return outcome(5, [], { resumeFrom: other });
    };
    expect(await changed(record)).toBe(whole);
    for (const [from, to] of [
      [/"batch":6/, '"batch":7'],
      [/"iterations":\d+/, '"iterations":1'],
      [/"means":\[/, '"means":[1,'],
      [/"norms":\[/, '"norms":[1,'],
      [/"rateFactor":[\d.]+/, '"rateFactor":0.5'],
      [/"best":[\d.]+/g, '"best":-1'],
    ] as const) {
      expect(record).toMatch(from);
      expect(await changed(record.replace(from, to)), String(from)).not.toBe(whole);
    }
  });

  test("goes on in the middle of an epoch of a dataset, in memory or streamed", async () => {
    const rows = Array.from({ length: 53 }, (_, i) => [
      Math.fround(i / 53),
      Math.fround((i % 7) / 7),
    ]);
    const labels = rows.map(([a, b]) => [a! * b!]);
    const make = (): Model => {
      const model = sequential(
        [dense({ units: 4, activation: "tanh", inputShape: [2] }), dense({ units: 1 })],
        { seed: 2 },
      );
      model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError" });
      return model;
    };
    const streamed = dataset.fromGenerator(function* () {
      for (let i = 0; i < rows.length; i++) yield { x: rows[i]!, y: labels[i]! };
    });
    for (const data of [
      dataset.fromArrays(rows, labels).shuffle(4).batch(8),
      dataset.fromArrays(rows, labels).shuffle(4).batch(8).memoryBudget(0),
      streamed.shuffle(9, { buffer: 16 }).batch(8).prefetch(2),
    ]) {
      const whole = make();
      const expected = await whole.fit(data, { epochs: 4 });
      for (const [epoch, batch] of [
        [0, 0],
        [0, 3],
        [2, 4],
        [1, 6],
        [2, null],
      ] as const) {
        let bytes: Uint8Array | null = null;
        const stop = interrupt(epoch, batch, (taken) => (bytes = taken));
        await expect(make().fit(data, { epochs: 4, callbacks: [stop] })).rejects.toThrow(
          "interrupted",
        );
        const rest = make();
        const { history } = await rest.fit(data, { epochs: 4, resumeFrom: bytes });
        expect(rest.getWeights()).toEqual(whole.getWeights());
        expect(history).toEqual(expected.history);
      }
    }
  });

  test("keeps to a schedule that builds on the rate before, and to averages of the weights", async () => {
    const data = Array.from({ length: 40 }, (_, i) => [i / 40, (i % 9) / 9]);
    const labels = data.map(([a, b]) => [a! - b!]);
    const run = async (stop: Callback[], resumeFrom: Uint8Array | null): Promise<unknown> => {
      const model = sequential([dense({ units: 1, inputShape: [2] })], { seed: 1 });
      const optimizer = adam({ learningRate: 0.05, useEma: true, gradientAccumulationSteps: 3 });
      model.compile({ optimizer, loss: "meanSquaredError" });
      const halved = learningRateScheduler((_epoch, rate) => rate / 2);
      const { history } = await model.fit(data, labels, {
        epochs: 4,
        batchSize: 8,
        validationSplit: 0.2,
        callbacks: [halved, ...stop],
        resumeFrom,
      });
      return { history, weights: model.getWeights() };
    };
    const whole = await run([], null);
    let bytes: Uint8Array | null = null;
    const stop = interrupt(2, 1, (taken) => (bytes = taken));
    await expect(run([stop], null)).rejects.toThrow("interrupted");
    expect(await run([], bytes)).toEqual(whole);
  });

  test("stays stopped where an early stop was what the checkpoint saw last", async () => {
    const rows = [[0], [1], [2], [3]];
    const run = async (more: Callback[], resumeFrom: Uint8Array | null): Promise<number[]> => {
      const model = sequential([dense({ units: 1, inputShape: [1] })]);
      model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError" });
      const callbacks = [earlyStopping({ monitor: "loss", mode: "max", patience: 2 }), ...more];
      return (await model.fit(rows, rows, { epochs: 9, callbacks, resumeFrom })).epoch;
    };
    expect(await run([], null)).toEqual([0, 1, 2]);
    let bytes: Uint8Array | null = null;
    const stop = interrupt(2, null, (taken) => (bytes = taken));
    await expect(run([stop], null)).rejects.toThrow("interrupted");
    expect(await run([], bytes)).toEqual([0, 1, 2]);
  });

  test("refuses another seed, batch size, number of samples, optimizer and model", async () => {
    const bytes = await checkpointAt(1, 2);
    const resumed = (options: object) => outcome(5, [], { resumeFrom: bytes, ...options });
    await expect(resumed({ seed: 12 })).rejects.toThrow(
      "seed must be as in the checkpoint, 11, got 12",
    );
    await expect(resumed({ batchSize: 17 })).rejects.toThrow("batchSize must be");
    await expect(resumed({ validationSplit: 0.5 })).rejects.toThrow("number of samples must be");
    await expect(resumed({ shuffle: false })).rejects.toThrow("the seed of the shuffle");
    const other = sequential([dense({ units: 3, activation: "softmax", inputShape: [3] })]);
    const fit = (model: Model) =>
      model.fit([[1, 2, 3]], [1], { ...OPTIONS, validationSplit: 0, resumeFrom: bytes });
    other.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await expect(fit(other)).rejects.toThrow(
      "the optimizer must be as in the checkpoint, sgd, got adam",
    );
  });

  test("refuses another arithmetic, unless it is allowed", async () => {
    const { tensors, metadata } = decodeSealed(await checkpointAt(1, 2), "checkpoint", "");
    const made = (arithmetic: object): Uint8Array => {
      const record = JSON.parse(metadata.get("training")!) as object;
      return encodeSealed(tensors, [
        ["thalweg-checkpoint", "1"],
        ["training", JSON.stringify({ ...record, arithmetic })],
      ]);
    };
    const other = made({ version: VERSION, rounding: "fused", runtime: "an engine" });
    await expect(outcome(5, [], { resumeFrom: other })).rejects.toThrow(
      /arithmetic must be that of the checkpoint .*with fused multiply-add in an engine.*allowInexact/,
    );
    await outcome(5, [], { resumeFrom: other, allowInexact: true });
    const older = made({ version: "0.0.1", rounding: "exact", runtime: "an engine" });
    await expect(outcome(5, [], { resumeFrom: older })).rejects.toThrow("arithmetic");
  });

  test("knows the package's version", () => expect(VERSION).toBe(packageJson.version));
});

describe("backupAndRestore()", () => {
  /** A training that ends after some batches, as by a crash. */
  async function crashed(store: Store, batches: number): Promise<void> {
    let seen = 0;
    const crash: Callback = {
      onBatchEnd: () => {
        if (++seen > batches) throw new Error("crash");
      },
    };
    const backup = backupAndRestore(store, { saveFreq: 3 });
    await expect(outcome(5, [crash, backup])).rejects.toThrow("crash");
  }

  test("goes on after a crash, also twice, and removes its checkpoints at the end", async () => {
    const whole = await outcome(5);
    const store = memoryStore();
    await crashed(store, 8);
    const first = decodeCheckpoint((await store.read("checkpoint"))!);
    expect([first.epoch, first.batch]).toEqual([0, 6]);
    await crashed(store, 19);
    const second = decodeCheckpoint((await store.read("checkpoint"))!);
    expect([second.epoch, second.batch]).toEqual([1, 12]);
    expect(await store.list()).toEqual(["checkpoint", "checkpoint.prev"]);
    expect(await outcome(5, [backupAndRestore(store, { saveFreq: 3 })])).toBe(whole);
    expect(await store.list()).toEqual([]);
  });

  test("takes the previous checkpoint where the newest is damaged, and says so", async () => {
    const whole = await outcome(5);
    const store = memoryStore();
    await crashed(store, 20);
    const good = (await store.read("checkpoint"))!;
    const previous = (await store.read("checkpoint.prev"))!;
    const damages: Uint8Array[] = [0, 7, 30, 200, good.length - 1].map((n) => good.slice(0, n));
    // A bit of each region: length, header, checksum, names, numbers, tensors.
    for (const at of [0, 6, 9, 40, 90, 300, good.length >> 1, good.length - 3]) {
      const flipped = good.slice();
      flipped[at]! ^= 1 << (at % 8);
      damages.push(flipped);
    }
    for (const [i, damaged] of damages.entries()) {
      await store.write("checkpoint", damaged);
      await store.write("checkpoint.prev", previous);
      const model = makeModel();
      let notices: readonly string[] = [];
      const x = [[0, 0, 0]];
      // Another training's data: the checkpoint is read and found whole before it is refused.
      const seen: Callback = {
        onTrainBegin: (info) =>
          void (info.notice = ((text) => (notices = [...notices, text])) as typeof info.notice),
      };
      await expect(
        model.fit(x, [0], { callbacks: [seen, backupAndRestore(store)] }),
      ).rejects.toThrow(/must be as in the checkpoint/);
      expect(notices, `damage ${i}`).toHaveLength(1);
      expect(notices[0]).toMatch(/resumed from "checkpoint.prev": .*(damaged|truncated)/);
      if (i === 3 || i === damages.length - 2) {
        await store.write("checkpoint", damaged);
        await store.write("checkpoint.prev", previous);
        expect(await outcome(5, [backupAndRestore(store, { saveFreq: 3 })])).toBe(whole);
      }
    }
  });

  test("takes the previous checkpoint where the newest was being written", async () => {
    const whole = await outcome(5);
    const store = memoryStore();
    await crashed(store, 20);
    await store.rename!("checkpoint", "checkpoint.prev");
    expect(await outcome(5, [backupAndRestore(store, { saveFreq: 3 })])).toBe(whole);
  });

  test("says so where both are damaged, and where resumeFrom finds none", async () => {
    const store = memoryStore();
    await expect(outcome(5, [], { resumeFrom: store })).rejects.toThrow(
      'memory has no checkpoint "checkpoint"',
    );
    await store.write("checkpoint", new Uint8Array(99));
    await store.write("checkpoint.prev", new Uint8Array(3));
    await expect(outcome(5, [backupAndRestore(store)])).rejects.toThrow(
      /no checkpoint is whole; remove them/,
    );
  });
});
