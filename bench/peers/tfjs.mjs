// TensorFlow.js, WebAssembly backend, one thread.
import { dataOf, oneHot, uniform, weightsOf } from "../problems.mjs";

export const name = "tfjs-wasm";

let tf;

async function load() {
  tf = await import("@tensorflow/tfjs");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  (wasm.setThreadsCount ?? wasm.default.setThreadsCount)(1);
  tf.enableProdMode();
  await tf.setBackend("wasm");
  await tf.ready();
  if (tf.getBackend() !== "wasm") throw new Error(`backend is ${tf.getBackend()}`);
}

/** Logits. */
function forward(params, x) {
  for (let i = 0; i < params.length; i += 2) {
    const activation = i + 2 < params.length ? "relu" : "linear";
    x = tf.fused.matMul({ a: x, b: params[i], bias: params[i + 1], activation });
  }
  return x;
}

/** Logits of a net of images without normalization. */
function imageForward({ layers, shape }, params, x) {
  const next = params.values();
  const take = () => next.next().value;
  x = x.reshape([-1, ...shape]);
  for (const { conv, same, pool, flatten, dense, relu } of layers) {
    const activation = relu ? "relu" : "linear";
    if (pool) x = tf.maxPool(x, 2, 2, "valid");
    else if (flatten) x = x.reshape([x.shape[0], -1]);
    else if (conv) {
      const [filter, bias] = [take(), take()];
      const pad = same ? "same" : "valid";
      x = tf.fused.conv2d({ x, filter, strides: 1, pad, bias, activation });
    } else if (dense) x = tf.fused.matMul({ a: x, b: take(), bias: take(), activation });
  }
  return x;
}

function train(problem) {
  const { batch, batches, inputs, units, optimizer } = problem;
  const { x, y } = dataOf(problem);
  const classes = units.at(-1);
  const data = Array.from({ length: batches }, (_, i) => [
    tf.tensor2d(x.slice(i * batch * inputs, (i + 1) * batch * inputs), [batch, inputs]),
    tf.tensor2d(oneHot(y.subarray(i * batch, (i + 1) * batch), classes), [batch, classes]),
  ]);
  const params = weightsOf(problem).map(({ shape, data }) => tf.variable(tf.tensor(data, shape)));
  const { learningRate, momentum } = optimizer;
  const rule =
    optimizer.name === "adam"
      ? tf.train.adam(learningRate, 0.9, 0.999, 1e-8)
      : tf.train.momentum(learningRate, momentum);
  let t = 0;
  const step = (wanted) => {
    const [x, labels] = data[t++ % batches];
    return rule.minimize(() => tf.losses.softmaxCrossEntropy(labels, forward(params, x)), wanted);
  };
  return {
    check: () => {
      const losses = [];
      for (let epoch = 0; epoch < 3; epoch++) {
        let sum = 0;
        for (let i = 0; i < batches; i++) {
          const loss = step(true);
          sum += loss.dataSync()[0];
          loss.dispose();
        }
        losses.push(sum / batches);
      }
      return losses;
    },
    run: (steps) => {
      for (let i = 0; i < steps; i++) step(false);
    },
  };
}

function optimizer({ size }) {
  const p = tf.variable(tf.tensor1d(uniform(size, 1)), true, `p${size}`);
  const gradients = { [p.name]: tf.tensor1d(uniform(size, 2)) };
  const rule = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const run = (steps) => {
    for (let i = 0; i < steps; i++) rule.applyGradients(gradients);
  };
  const check = () => {
    run(3);
    return [...p.dataSync().slice(0, 4)];
  };
  return { run, check, close: () => tf.dispose([p, gradients, rule]) };
}

function inference(problem) {
  const params = weightsOf(problem).map(({ shape, data }) => tf.tensor(data, shape));
  const x = tf.tensor2d(dataOf(problem).x, [problem.batch, problem.inputs]);
  const net = problem.layers ? (params, x) => imageForward(problem, params, x) : forward;
  const outputs = () => {
    const y = tf.tidy(() => tf.softmax(net(params, x)));
    const data = y.dataSync();
    y.dispose();
    return data;
  };
  return {
    check: () => [...outputs().slice(0, 4)],
    run: (steps) => {
      for (let i = 0; i < steps; i++) outputs();
    },
  };
}

export async function open(problem) {
  if (problem.kind === "gpt") throw new Error("the gradient of gather fails in its wasm backend");
  if (problem.layers && problem.kind === "train")
    throw new Error("its WebAssembly backend has no gradient of a convolution");
  if (!tf) await load();
  const contestant = { train, optimizer, inference }[problem.kind](problem);
  return { close: () => {}, ...contestant, name };
}
