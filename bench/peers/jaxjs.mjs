// jax-js, WebAssembly backend, one thread, the whole step in one jit. Its optimizers are written out.
import { LAYER_PARAMETERS, gptData, gptWeights } from "../gpt.mjs";
import { ADAM_BETAS, dataOf, oneHot, uniform, weightsOf } from "../problems.mjs";

export const name = "jax-js";

let jax;

async function load() {
  delete globalThis.Worker; // one thread
  jax = await import("@jax-js/jax");
  await jax.init("wasm");
  jax.defaultDevice("wasm");
}

const array = (data, shape) => jax.numpy.array(data).reshape(shape);

/** Logits; takes over `x` and `params`. */
function forward(params, x) {
  const { numpy: np, nn } = jax;
  for (let i = 0; i < params.length; i += 2) {
    x = np.matmul(x, params[i]).add(params[i + 1]);
    if (i + 2 < params.length) x = nn.relu(x);
  }
  return x;
}

/**
 * A 3x3 convolution as nine shifted slices side by side and a product, channels last, which is faster than its own
 * `lax.conv`.
 */
function convolution(x, kernel, same) {
  const { numpy: np } = jax;
  if (same)
    x = np.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  const [n, h, w, c] = x.shape;
  const slices = [];
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) slices.push(x.ref.slice([], [i, i + h - 2], [j, j + w - 2], []));
  x.dispose();
  const columns = np.concatenate(slices, 3).reshape([n * (h - 2) * (w - 2), 9 * c]);
  const filters = kernel.shape[3];
  return np.matmul(columns, kernel.reshape([9 * c, filters])).reshape([n, h - 2, w - 2, filters]);
}

/** Batch normalization of a batch's own statistics. */
function normalized(x, gamma, beta) {
  const { numpy: np } = jax;
  const mean = np.mean(x.ref, [0, 1, 2], { keepdims: true });
  const centered = x.sub(mean);
  const variance = np.mean(np.square(centered.ref), [0, 1, 2], { keepdims: true });
  return centered
    .mul(np.reciprocal(np.sqrt(variance.add(1e-5))))
    .mul(gamma)
    .add(beta);
}

/** Logits of a net of images; takes over `x` and `params`. */
function imageForward({ layers, shape }, params, x) {
  const { numpy: np, nn } = jax;
  const next = params.values();
  const take = () => next.next().value;
  x = x.reshape([x.shape[0], ...shape]);
  for (const { conv, same, norm, relu, pool, flatten, average } of layers) {
    const [n, h, w, c] = x.shape;
    if (pool) x = np.max(np.max(x.reshape([n, h / 2, 2, w / 2, 2, c]), 4), 2);
    else if (flatten) x = x.reshape([n, h * w * c]);
    else if (average) x = np.mean(x, [1, 2]);
    else {
      x = conv ? convolution(x, take(), same) : np.matmul(x, take());
      x = norm ? normalized(x, take(), take()) : x.add(take());
      if (relu) x = nn.relu(x);
    }
  }
  return x;
}

/** Bias corrections of Adam's step t. */
const corrections = (t) => ADAM_BETAS.map((beta) => 1 / (1 - beta ** t));

function adam(p, g, m, v, c1, c2, learningRate) {
  const { numpy: np } = jax;
  const [b1, b2] = ADAM_BETAS;
  const m2 = m.mul(b1).add(g.ref.mul(1 - b1));
  const v2 = v.mul(b2).add(np.square(g).mul(1 - b2));
  const step = m2.ref
    .mul(c1)
    .mul(learningRate)
    .div(np.sqrt(v2.ref.mul(c2)).add(1e-8));
  return [p.sub(step), m2, v2];
}

/** Weights of the GPT with the kernels of query, key and value side by side: one product instead of three. */
function joinedWeights(problem) {
  const { features: d, depth } = problem;
  const weights = gptWeights(problem);
  const flat = ({ data }, ...shape) => ({ data, shape });
  const beside = (rows, ...parts) => {
    const data = new Float32Array(rows * 3 * d);
    parts.forEach((part, i) => {
      for (let r = 0; r < rows; r++)
        data.set(part.data.subarray(r * d, (r + 1) * d), (3 * r + i) * d);
    });
    return { data, shape: rows === 1 ? [3 * d] : [rows, 3 * d] };
  };
  const joined = weights.slice(0, 2);
  for (let i = 0; i < depth; i++) {
    const own = weights.slice(2 + i * LAYER_PARAMETERS, 2 + (i + 1) * LAYER_PARAMETERS);
    joined.push(own[0], own[1], beside(d, own[2], own[4], own[6]));
    joined.push(beside(1, own[3], own[5], own[7]), flat(own[8], d, d), ...own.slice(9));
  }
  return [...joined, ...weights.slice(-3)];
}

/** Logits of the GPT, [batch context, vocabulary]; takes over `params`, `x` (one-hot) and `mask`. */
function gptForward(problem, params, x, mask) {
  const { numpy: np, nn } = jax;
  const { batch, context, features, heads, depth } = problem;
  const size = features / heads;
  let next = 0;
  const take = () => params[next++];
  const norm = (x) => {
    const centered = x.ref.sub(np.mean(x, -1, { keepdims: true }));
    const variance = np.mean(np.square(centered.ref), -1, { keepdims: true });
    return centered
      .div(np.sqrt(variance.add(1e-5)))
      .mul(take())
      .add(take());
  };
  const product = (x) => np.matmul(x, take()).add(take());
  let h = np.matmul(x, take()).reshape([batch, context, features]).add(take());
  h = h.reshape([batch * context, features]);
  for (let i = 0; i < depth; i++) {
    const qkv = product(norm(h.ref)).reshape([batch, context, 3, heads, size]);
    const [q, k, v] = np.split(qkv, 3, 2).map((t) => t.reshape([batch, context, heads, size]));
    const scores = np
      .matmul(np.transpose(q, [0, 2, 1, 3]), np.transpose(k, [0, 2, 3, 1]))
      .mul(1 / Math.sqrt(size))
      .add(mask.ref);
    const seen = np.matmul(nn.softmax(scores, -1), np.transpose(v, [0, 2, 1, 3]));
    h = h.add(product(np.transpose(seen, [0, 2, 1, 3]).reshape([batch * context, features])));
    h = h.add(product(nn.gelu(product(norm(h.ref)))));
  }
  mask.dispose();
  return np.matmul(norm(h), take());
}

/** One-hot tokens, because the gradient of a gather fails, and a mask of -1e9. */
function gpt(problem) {
  const { batch, batches, context, vocabulary } = problem;
  const { x, y } = gptData(problem);
  const rows = batch * context;
  const hot = (tokens, i) =>
    array(oneHot(tokens.subarray(i * rows, (i + 1) * rows), vocabulary), [rows, vocabulary]);
  const mask = new Float32Array(context * context);
  for (let i = 0; i < context; i++) mask.fill(-1e9, i * context + i + 1, (i + 1) * context);
  const masked = array(mask, [context, context]);
  return training({
    optimizer: { name: "adam", ...problem.optimizer },
    batches,
    weights: joinedWeights(problem),
    data: Array.from({ length: batches }, (_, i) => [hot(x, i), hot(y, i)]),
    rows,
    forward: (params, x) => gptForward(problem, params, x, masked.ref),
  });
}

function train(problem) {
  const { batch, batches, inputs, units, optimizer } = problem;
  const { x, y } = dataOf(problem);
  const classes = units.at(-1);
  const data = Array.from({ length: batches }, (_, i) => [
    array(x.slice(i * batch * inputs, (i + 1) * batch * inputs), [batch, inputs]),
    array(oneHot(y.subarray(i * batch, (i + 1) * batch), classes), [batch, classes]),
  ]);
  return training({
    optimizer,
    batches,
    weights: weightsOf(problem),
    data,
    rows: batch,
    forward: problem.layers ? (params, x) => imageForward(problem, params, x) : forward,
  });
}

/** Training steps on batches `[x, labels]` of `rows` rows, whose labels are one-hot. */
function training({ optimizer, batches, weights, data, rows, forward }) {
  const { numpy: np, nn, tree, jit, valueAndGrad } = jax;
  const loss = (params, x, labels) =>
    nn
      .logSoftmax(forward(params, x), -1)
      .mul(labels)
      .sum()
      .mul(-1 / rows);
  const { learningRate, momentum, weightDecay = 0 } = optimizer;
  const isAdam = optimizer.name === "adam";
  let p = weights.map(({ shape, data }) => array(data, shape));
  let m = p.map((a) => np.zeros(a.shape));
  let v = isAdam ? p.map((a) => np.zeros(a.shape)) : [];
  const adamStep = jit((p, m, v, c1, c2, x, labels) => {
    const [value, g] = valueAndGrad(loss)(tree.ref(p), x, labels);
    const kept = 1 - learningRate * weightDecay;
    const next = p.map((w, i) =>
      adam(kept === 1 ? w : w.mul(kept), g[i], m[i], v[i], c1.ref, c2.ref, learningRate),
    );
    c1.dispose();
    c2.dispose();
    return { value, p: next.map((n) => n[0]), m: next.map((n) => n[1]), v: next.map((n) => n[2]) };
  });
  const momentumStep = jit((p, m, x, labels) => {
    const [value, grads] = valueAndGrad(loss)(tree.ref(p), x, labels);
    const velocity = m.map((a, i) =>
      a.mul(momentum).add(optimizer.nesterov ? grads[i].ref : grads[i]),
    );
    const moves = velocity.map((b, i) =>
      optimizer.nesterov ? grads[i].add(b.ref.mul(momentum)) : b.ref,
    );
    return { value, p: p.map((w, i) => w.sub(moves[i].mul(learningRate))), m: velocity };
  });
  let t = 0;
  const step = () => {
    const [x, labels] = data[t++ % batches];
    let next;
    if (isAdam) {
      const [c1, c2] = corrections(t);
      next = adamStep(p, m, v, np.array(c1), np.array(c2), x.ref, labels.ref);
      v = next.v;
    } else next = momentumStep(p, m, x.ref, labels.ref);
    p = next.p;
    m = next.m;
    return next.value;
  };
  const ready = () => jax.blockUntilReady([...p, ...m, ...v]);
  return {
    check: async () => {
      const losses = [];
      for (let epoch = 0; epoch < 3; epoch++) {
        let sum = 0;
        for (let i = 0; i < batches; i++) sum += (await step().data())[0];
        losses.push(sum / batches);
      }
      return losses;
    },
    // Waiting for every step is jax-js's fast way: left to pile up, small steps take 30 times longer.
    run: async (steps) => {
      for (let i = 0; i < steps; i++) {
        step().dispose();
        await ready();
      }
    },
  };
}

function optimizer({ size }) {
  const { numpy: np, jit } = jax;
  let p = array(uniform(size, 1), [size]);
  const g = array(uniform(size, 2), [size]);
  let [m, v, t] = [np.zeros([size]), np.zeros([size]), 0];
  const update = jit((p, g, m, v, c1, c2) => adam(p, g, m, v, c1, c2, 1e-3));
  const run = async (steps) => {
    for (let i = 0; i < steps; i++) {
      const [c1, c2] = corrections(++t);
      [p, m, v] = update(p, g.ref, m, v, np.array(c1), np.array(c2));
      await jax.blockUntilReady([p, m, v]);
    }
  };
  const check = async () => {
    await run(3);
    return [...(await p.ref.data()).slice(0, 4)];
  };
  return { run, check, close: () => [p, g, m, v].forEach((a) => a.dispose()) };
}

function inference(problem) {
  const { nn, tree, jit } = jax;
  const params = weightsOf(problem).map(({ shape, data }) => array(data, shape));
  const x = array(dataOf(problem).x, [problem.batch, problem.inputs]);
  const net = problem.layers ? (params, x) => imageForward(problem, params, x) : forward;
  const predict = jit((params, x) => nn.softmax(net(params, x), -1));
  const outputs = () => predict(tree.ref(params), x.ref).data();
  return {
    check: async () => [...(await outputs()).slice(0, 4)],
    run: async (steps) => {
      for (let i = 0; i < steps; i++) await outputs();
    },
  };
}

export async function open(problem) {
  if (!jax) await load();
  const contestant = { train, gpt, optimizer, inference }[problem.kind](problem);
  return { close: () => {}, ...contestant, name, async: true };
}
