// This library's side of the parity check: the public API alone.
import * as thalweg from "../../dist/index.js";
import { gptIn } from "../gpt.mjs";
import { modelIn } from "../problems.mjs";

/** Draws all weights but those that begin as a constant: biases, gammas, running statistics. */
function draw(model, initializer, seed) {
  const isConstant = ({ data }) => data.every((v) => v === data[0]);
  const random = new thalweg.Random(seed);
  model.setWeights(
    model
      .getWeights()
      .map((w) =>
        isConstant(w) ? w : initializer({ seed: Math.floor(random.uniform() * 2 ** 31) })(w.shape),
      ),
  );
}

/** Loss and accuracy on the test set after a training on images or digits. */
async function classes({ problem, batch, epochs }, { train, test }, seed) {
  const model = modelIn(thalweg, { ...problem, metrics: ["accuracy"] });
  draw(model, thalweg.glorotUniform, seed);
  const shape = problem.shape ?? [problem.inputs];
  const given = ({ x, y }) => [
    thalweg.tensor(x, [y.length, ...shape]),
    thalweg.tensor(y, [y.length]),
  ];
  await model.fit(...given(train), { epochs, batchSize: batch, seed });
  const found = await model.evaluate(...given(test), { batchSize: 200 });
  model.release();
  return found;
}

/** Loss on the test windows after training on windows drawn at random. */
async function text({ problem, batch, steps }, { train, test }, seed) {
  const { context } = problem;
  const model = gptIn(thalweg, problem);
  draw(model, (options) => thalweg.randomNormal({ stddev: 0.02, ...options }), seed);
  const random = new thalweg.Random(seed, 1);
  const starts = Array.from({ length: steps * batch }, () =>
    Math.floor(random.uniform() * (train.x.length - context)),
  );
  const windows = (shift) => {
    const out = new Int32Array(starts.length * context);
    starts.forEach((at, i) =>
      out.set(train.x.subarray(at + shift, at + shift + context), i * context),
    );
    return thalweg.tensor(out, [starts.length, context]);
  };
  await model.fit(windows(0), windows(1), { batchSize: batch, shuffle: false });
  const [x, y] = [test.x, test.y].map((t) => thalweg.tensor(t, [t.length / context, context]));
  const found = await model.evaluate(x, y, { batchSize: 16 });
  model.release();
  return found;
}

export const train = (task, data, seed) =>
  (task.problem.kind === "gpt" ? text : classes)(task, data, seed);
