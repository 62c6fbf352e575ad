// What must hold wherever the library runs, without a framework: it is handed in, so that the same checks run
// from a package, a bundle and a script tag. Integers and + - * / only: the data are the same everywhere.
import { IMAGES } from "./images.mjs";

/** Numbers in [0, 1), always the same. */
function uniforms() {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 16777216;
  };
}

/** Three overlapping clouds of points with four features. */
function flowers(rows) {
  const uniform = uniforms();
  const centers = [
    [5, 3.4, 1.5, 0.2],
    [5.9, 2.8, 4.3, 1.3],
    [6.6, 3, 5.6, 2],
  ];
  const x = [];
  const y = [];
  for (let i = 0; i < rows; i++) {
    const label = i % 3;
    x.push(centers[label].map((c) => c + (uniform() + uniform() + uniform() - 1.5) * 0.6));
    y.push(label);
  }
  return { x, y };
}

/** Pictures of 9 x 7 pixels with a bright row or a bright column in noise: float32[rows, 9, 7, 1]. */
function stripes(rows) {
  const uniform = uniforms();
  const x = Float32Array.from({ length: rows * 63 }, () => uniform() * 0.5);
  const y = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const at = Math.floor(uniform() * 7);
    y[i] = i % 2;
    for (let j = 0; j < 7; j++) x[i * 63 + (y[i] ? at * 7 + j : j * 7 + at)] += 0.5;
  }
  return { x, y };
}

/** Counting by three modulo 13, and what comes next: int32[rows, 11]. */
function sequences(rows) {
  const at = (shift) =>
    Int32Array.from({ length: rows * 11 }, (_, i) => (Math.floor(i / 11) + 3 * (i + shift)) % 13);
  return { x: at(0), y: at(1) };
}

function mlp({ adam, dense, dropout, sequential, tensor }) {
  const { x, y } = flowers(200);
  const hidden = dense({ units: 67, activation: "relu", inputShape: [4] });
  const layers = [hidden, dropout({ rate: 0.1 }), dense({ units: 3, activation: "softmax" })];
  const model = sequential(layers, { seed: 4 });
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return { model, x: tensor(x), y: tensor(y, [200], "int32"), epochs: 10 };
}

function cnn({
  batchNormalization,
  conv2d,
  dense,
  globalAveragePooling2d,
  maxPooling2d,
  sequential,
  sgd,
  tensor,
}) {
  const { x, y } = stripes(90);
  const layers = [
    conv2d({ filters: 9, kernelSize: 3, padding: "same", inputShape: [9, 7, 1] }),
    batchNormalization(),
    maxPooling2d(),
    conv2d({ filters: 17, kernelSize: 3, activation: "relu" }),
    globalAveragePooling2d(),
    dense({ units: 2, activation: "softmax" }),
  ];
  const model = sequential(layers, { seed: 4 });
  model.compile({
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
    loss: "sparseCategoricalCrossentropy",
  });
  return { model, x: tensor(x, [90, 9, 7, 1]), y: tensor(y, [90]), epochs: 12 };
}

function lstmNet({ dense, embedding, lstm, rmsprop, sequential, tensor }) {
  const { x, y } = sequences(60);
  const layers = [
    embedding({ inputDim: 13, outputDim: 7, inputShape: [11] }),
    lstm({ units: 19, returnSequences: true, recurrentDropout: 0.1 }),
    dense({ units: 13, activation: "softmax" }),
  ];
  const model = sequential(layers, { seed: 4 });
  model.compile({
    optimizer: rmsprop({ learningRate: 0.01 }),
    loss: "sparseCategoricalCrossentropy",
  });
  return { model, x: tensor(x, [60, 11]), y: tensor(y, [60, 11]), epochs: 4 };
}

function gpt(thalweg) {
  const { adamW, add, dense, dropout, input, layerNormalization, model: modelOf } = thalweg;
  const { multiHeadAttention, tensor, tokenAndPositionEmbedding } = thalweg;
  const { x, y } = sequences(60);
  const token = input([11], { dtype: "int32" });
  const sizes = { vocabularySize: 13, sequenceLength: 11, embeddingDim: 20 };
  let h = dropout({ rate: 0.1 })(tokenAndPositionEmbedding(sizes)(token));
  for (let i = 0; i < 2; i++) {
    const attention = multiHeadAttention({
      numHeads: 4,
      keyDim: 5,
      useCausalMask: true,
      dropout: 0.1,
    });
    h = add()(h, attention(layerNormalization()(h)));
    const wide = dense({ units: 40, activation: "gelu" })(layerNormalization()(h));
    h = add()(h, dropout({ rate: 0.1 })(dense({ units: 20 })(wide)));
  }
  const outputs = dense({ units: 13, activation: "softmax" })(layerNormalization()(h));
  const model = modelOf({ inputs: token, outputs, seed: 4 });
  model.compile({
    optimizer: adamW({ learningRate: 0.005, globalClipNorm: 1 }),
    loss: "sparseCategoricalCrossentropy",
  });
  return { model, x: tensor(x, [60, 11]), y: tensor(y, [60, 11]), epochs: 6 };
}

const NETS = { mlp, cnn, lstm: lstmNet, gpt };
/** A batch size that divides none of the data: the last batch is smaller. */
const FIT = { batchSize: 16, seed: 7 };

/** FNV-1a over the bits of some arrays. */
function fingerprint(arrays) {
  let hash = 0x811c9dc5;
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
  }
  return hash.toString(16).padStart(8, "0");
}

const weightsOf = (model) => fingerprint(model.getWeights().map((w) => w.data));

function must(holds, what) {
  if (!holds) throw new Error(what);
}

/** Fingerprints of the weights of every network after a training, in which its loss must fall. */
export async function trained(thalweg) {
  const prints = {};
  for (const [name, make] of Object.entries(NETS)) {
    const { model, x, y, epochs } = make(thalweg);
    const { loss } = (await model.fit(x, y, { ...FIT, epochs })).history;
    must(loss.at(-1) < 0.9 * loss[0], `the loss of ${name} must fall, got ${loss}`);
    prints[name] = weightsOf(model);
    model.release();
  }
  return prints;
}

/** Checks by name: each throws where it does not hold. All run on the shared engine, in this order. */
const CHECKS = {
  /** Learns, tells right from wrong on what it has not seen, and agrees with itself by whatever call. */
  async predict({ thalweg }) {
    const { model, x, y, epochs } = mlp(thalweg);
    await model.fit(x, y, { ...FIT, epochs: 2 * epochs });
    const unseen = flowers(300).x.slice(200);
    const labels = flowers(300).y.slice(200);
    const { accuracy } = await model.evaluate(unseen, labels);
    must(accuracy >= 0.9, `accuracy must be at least 0.9, got ${accuracy}`);
    const { data } = await model.predict(unseen);
    must(data.length === 300, `predictions must be of 100 rows, got ${data.length / 3}`);
    const sync = model.predictSync(unseen);
    must(fingerprint([data]) === fingerprint([sync.data]), "predictSync differs from predict");
  },

  /** A model that was saved and loaded predicts and trains further as it would have. */
  async saved({ thalweg }) {
    for (const make of Object.values(NETS)) {
      const { model, x, y } = make(thalweg);
      await model.fit(x, y, { ...FIT, epochs: 1 });
      const again = await thalweg.loadModel(model.toBytes());
      const [a, b] = [await model.predict(x), await again.predict(x)];
      must(fingerprint([a.data]) === fingerprint([b.data]), "the loaded model predicts otherwise");
      await model.fit(x, y, { ...FIT, epochs: 1 });
      await again.fit(x, y, { ...FIT, epochs: 1 });
      must(weightsOf(model) === weightsOf(again), "the loaded model trains otherwise");
    }
  },

  /** A training that was interrupted in the middle of an epoch ends with the bits of one that was not. */
  async resume({ thalweg }) {
    for (const make of Object.values(NETS)) {
      const whole = make(thalweg);
      await whole.model.fit(whole.x, whole.y, { ...FIT, epochs: 3 });
      const store = thalweg.memoryStore();
      let batches = 0;
      const crash = {
        onBatchEnd: () => {
          if (++batches === 6) throw new Error("crash");
        },
      };
      const callbacks = [crash, thalweg.backupAndRestore(store, { saveFreq: 1 })];
      const { model, x, y } = make(thalweg);
      const ended = await model.fit(x, y, { ...FIT, epochs: 3, callbacks }).catch(String);
      must(ended === "Error: crash", `the training must end by its error, got ${ended}`);
      const again = make(thalweg);
      const { x: samples, y: labels } = again;
      await again.model.fit(samples, labels, { ...FIT, epochs: 3, resumeFrom: store });
      must(weightsOf(again.model) === weightsOf(whole.model), "resumed with other bits");
    }
  },

  /** An aborted training rejects with the reason, and the model still works. */
  async abort({ thalweg }) {
    const { model, x, y } = mlp(thalweg);
    const controller = new AbortController();
    const reason = new Error("enough");
    let batches = 0;
    const callbacks = [{ onBatchEnd: () => ++batches === 5 && controller.abort(reason) }];
    const options = { ...FIT, epochs: 1000, callbacks, signal: controller.signal };
    const ended = await model.fit(x, y, options).catch((error) => error);
    must(ended === reason, `the training must end with the signal's reason, got ${ended}`);
    must(batches === 5, `it must end after the running batch, the 5th, got ${batches}`);
    await model.fit(x, y, { ...FIT, epochs: 1 });
  },

  /**
   * Training, evaluating and predicting in a worker give the same bits; training tells of every epoch, and all can be
   * aborted. Elsewhere they say why not.
   */
  async worker({ thalweg, place }) {
    const { model, x, y } = gpt(thalweg);
    const far = { ...FIT, epochs: 1, worker: true };
    if (!place.workers) {
      const ended = await model.fit(x, y, far).catch(String);
      must(/^EngineError: fit: .*worker/.test(ended), `why there is none is not said: ${ended}`);
      const passed = await model.predict(x, { worker: true }).catch(String);
      must(
        /^EngineError: predict: .*worker/.test(passed),
        `why there is none is not said: ${passed}`,
      );
      return;
    }
    const near = gpt(thalweg);
    await near.model.fit(x, y, { ...FIT, epochs: 2 });
    let epochs = 0;
    for await (const { logs } of model.fitIterator(x, y, { ...far, epochs: 2 })) {
      must(Number.isFinite(logs.loss), `the loss of an epoch must be a number, got ${logs.loss}`);
      epochs++;
    }
    must(epochs === 2, `there must be 2 epochs, got ${epochs}`);
    must(weightsOf(model) === weightsOf(near.model), "a worker trains to other bits");
    const results = [];
    for (const worker of [false, true]) {
      const logs = await model.evaluate(x, y, { worker });
      const { data, shape } = await model.predict(x, { worker });
      results.push(JSON.stringify([logs, shape]) + new Uint32Array(data.buffer).join());
    }
    must(results[0] === results[1], "a worker evaluates or predicts to other bits");
    const enough = new Error("enough is predicted");
    const aborted = await model
      .predict(x, { worker: true, signal: AbortSignal.abort(enough) })
      .catch((error) => error);
    must(aborted === enough, `a prediction must end with the signal's reason, got ${aborted}`);
    const controller = new AbortController();
    const reason = new Error("enough");
    const callbacks = [{ onEpochEnd: () => controller.abort(reason) }];
    const options = { ...far, epochs: 1000, callbacks, signal: controller.signal };
    const ended = await model.fit(x, y, options).catch((error) => error);
    must(ended === reason, `the training must end with the signal's reason, got ${ended}`);
  },

  /** Bytes of images, and rows of a gzipped CSV file, train networks. */
  async datasets({ thalweg, prints }) {
    const { dataset, dense, flatten, sequential } = thalweg;
    const images = await dataset.imageFolder(IMAGES, { size: [5, 3] });
    const small = sequential([flatten(), dense({ units: 2 })], { seed: 4 });
    small.compile({ optimizer: "sgd", loss: "meanAbsoluteError" });
    const wanted = images.map(({ x }) => ({ x, y: [1, 2] }));
    await small.fit(wanted.shuffle(1).batch(2).prefetch(1), { epochs: 2 });

    const { x, y } = flowers(200);
    const lines = x.map((row, i) => [...row, y[i]].join(","));
    const text = new Blob([`a,b,c,d,kind\n${lines.join("\n")}\n`]).stream();
    const packed = await new Response(
      text.pipeThrough(new CompressionStream("gzip")),
    ).arrayBuffer();
    const rows = dataset.csv(new Uint8Array(packed), { target: "kind" });
    const model = sequential([dense({ units: 3, activation: "softmax" })], { seed: 4 });
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await model.fit(rows.shuffle(2, { buffer: 50 }).batch(16), { epochs: 2 });
    const pixels = [];
    for await (const { x } of images) pixels.push(x.data);
    const weights = [small, model].flatMap((m) => m.getWeights().map((w) => w.data));
    prints.datasets = fingerprint([...pixels, ...weights]);
  },

  /** Two, three and five threads give the bits of one, where there are threads; elsewhere it is said why not. */
  async threads({ thalweg, options, prints, place, found }) {
    const isPage = typeof document !== "undefined";
    for (const threads of isPage ? [2, 5] : [2, 3, 5]) {
      await (await thalweg.init()).close();
      // Without a lower limit for the work, the threads share whatever can be shared.
      const engine = await thalweg.init({ ...options, threads, splitWork: 0 });
      const { notes, variant } = engine.info();
      // A page's main thread spins where others sleep, so that it has no more threads than cores.
      const most = isPage ? navigator.hardwareConcurrency : threads;
      must(
        engine.threads === (place.threads ? Math.min(threads, most) : 1),
        `${threads} threads were asked for, got ${engine.threads}: ${notes.join("; ")}`,
      );
      if (!place.threads) must(/^one thread: ./.test(notes[1]), `why is not said: ${notes[1]}`);
      found.variants.add(variant);
      found.threads = Math.max(found.threads, engine.threads);
      const many = await trained(thalweg);
      for (const [name, print] of Object.entries(many)) {
        must(print === prints[name], `${threads} threads give other bits of ${name}`);
      }
      if (!place.threads) break;
    }
  },
};

/**
 * Runs all checks.
 *
 * @param place  what this place must have, `{ threads, workers }`; what it has not it must say in words
 * @returns plain data: what ran, what failed and why, and fingerprints of trained weights by network
 */
export async function conform(thalweg, options, place) {
  const engine = await thalweg.init(options);
  const { runtime, variant } = engine.info();
  const found = { variants: new Set([variant]), threads: 1 };
  const prints = await trained(thalweg);
  const problems = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      await check({ thalweg, options, prints, place, found });
    } catch (error) {
      problems.push(`${name}: ${error?.stack ?? error}`);
    }
  }
  // The last engine stays open: a process must end by itself all the same.
  return {
    runtime,
    variants: [...found.variants],
    threads: found.threads,
    checks: Object.keys(CHECKS).length,
    problems,
    prints,
  };
}
