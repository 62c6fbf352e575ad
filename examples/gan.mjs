// A generative adversarial network with a gradient penalty (Gulrajani et al. 2017): a generator turns
// noise into points of a ring of eight clusters that it never sees; a critic tells its points from real
// ones. The critic's loss holds the norm of its gradient by its input, so a step differentiates a gradient.
//
//     critic:    E[D(fake)] - E[D(real)] + 10 E[(|grad D(between)| - 1)^2]
//     generator: -E[D(fake)]
import { Random, adam, dense, gradient, ops, sequential, tensor, valueAndGrad } from "thalweg";

const { add, mean, mul, neg, norm, square, sub, sum } = ops;
const [batch, noise, clusters] = [128, 4, 8];
const random = new Random(3);
const draw = (columns, sample) =>
  tensor(
    Float32Array.from({ length: batch * columns }, () => sample()),
    [batch, columns],
  );

/** Points around eight centres on the unit circle. */
function real() {
  const points = new Float32Array(2 * batch);
  for (let i = 0; i < batch; i++) {
    const angle = (2 * Math.PI * Math.floor(random.uniform() * clusters)) / clusters;
    points[2 * i] = Math.cos(angle) + 0.02 * random.normal();
    points[2 * i + 1] = Math.sin(angle) + 0.02 * random.normal();
  }
  return tensor(points, [batch, 2]);
}

const layers = (inputs, outputs) => [
  dense({ units: 64, activation: "relu", inputShape: [inputs] }),
  dense({ units: 64, activation: "relu" }),
  dense({ units: outputs }),
];
const generator = sequential(layers(noise, 2), { name: "generator", seed: 1 });
const critic = sequential(layers(2, 1), { name: "critic", seed: 2 });

/** Weights outside of the model, where an optimizer over plain arrays moves them. */
function player(net, options) {
  const shapes = net.getWeights().map((w) => w.shape);
  const values = net.getWeights().map((w) => w.data);
  const optimizer = adam(options).init(values);
  return {
    count: shapes.length,
    weights: () => values.map((w, i) => tensor(w, shapes[i])),
    step: (gradients) => optimizer.step(values, gradients),
  };
}
const options = { learningRate: 1e-3, beta1: 0, beta2: 0.9 };
const [g, d] = [player(generator, options), player(critic, options)];

const criticLoss = valueAndGrad(
  (real, z, share, ...w) => {
    const judge = (points) => critic.statelessCall(w.slice(0, d.count), points);
    const fake = generator.statelessCall(w.slice(d.count), z);
    const between = add(mul(share, real), mul(sub(1, share), fake));
    const [slope] = gradient(sum(judge(between)), [between]);
    const penalty = mean(square(sub(norm(slope, { axes: [1] }), 1)));
    return add(sub(mean(judge(fake)), mean(judge(real))), mul(penalty, 10));
  },
  { by: Array.from({ length: d.count }, (_, i) => 3 + i) },
);
const generatorLoss = valueAndGrad(
  (z, ...w) => {
    const fake = generator.statelessCall(w.slice(0, g.count), z);
    return neg(mean(critic.statelessCall(w.slice(g.count), fake)));
  },
  { by: Array.from({ length: g.count }, (_, i) => 1 + i) },
);

const normal = () => random.normal();
for (let round = 0; round < 1500; round++) {
  for (let i = 0; i < 3; i++) {
    const share = draw(1, () => random.uniform());
    const { gradients } = await criticLoss(
      real(),
      draw(noise, normal),
      share,
      ...d.weights(),
      ...g.weights(),
    );
    await d.step(gradients);
  }
  const { gradients } = await generatorLoss(draw(noise, normal), ...g.weights(), ...d.weights());
  await g.step(gradients);
}

generator.setWeights(g.weights());
const made = await generator.predict(
  tensor(Float32Array.from({ length: 1000 * noise }, normal), [1000, noise]),
);
const found = new Set();
let near = 0;
for (let i = 0; i < 1000; i++) {
  const [x, y] = made.data.subarray(2 * i, 2 * i + 2);
  const nearest = Math.round((Math.atan2(y, x) / (2 * Math.PI)) * clusters + clusters) % clusters;
  const angle = (2 * Math.PI * nearest) / clusters;
  if (Math.hypot(x - Math.cos(angle), y - Math.sin(angle)) > 0.2) continue;
  near++;
  found.add(nearest);
}
console.log("clusters found", found.size, "of", clusters);
console.log("share of points in a cluster", (near / 1000).toFixed(2));
