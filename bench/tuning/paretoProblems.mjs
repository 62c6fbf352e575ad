// Problems of two objectives, both to be minimized: optunaNsga2.py has the same ones.
import { digitsSizes, parametersOf } from "./digitsSize.mjs";

const sum = (list) => list.reduce((a, b) => a + b, 0);
const axes = (count, [low, high] = [0, 1]) =>
  Array.from({ length: count }, (_, i) => [`x${i}`, i === 0 ? 0 : low, i === 0 ? 1 : high]);

/** Zitzler, Deb & Thiele 2000, "Comparison of multiobjective evolutionary algorithms": f1, g of the others, and how they meet. */
function zdt(name, count, g, second, first = (x) => x, range = undefined) {
  const names = axes(count, range);
  return {
    name,
    // A tenth beyond the greatest values that random points have, about.
    reference: name === "zdt4" ? [1.1, 300] : [1.1, 10],
    suggest: (trial) =>
      Object.fromEntries(names.map(([n, low, high]) => [n, trial.suggestFloat(n, low, high)])),
    values: (p) => {
      const [x, ...rest] = names.map(([n]) => p[n]);
      const [f, scale] = [first(x), g(rest)];
      return [f, scale * second(f, scale, x)];
    },
  };
}

const linear = (rest) => 1 + (9 * sum(rest)) / rest.length;

/** What fits a table: one of three kinds, each with parameters of its own; error against cost. Made up. */
const mixed = {
  name: "mixed",
  reference: [1.5, 30],
  suggest: (trial) => {
    const kind = trial.suggestCategorical("kind", ["linear", "tree", "net"]);
    if (kind === "linear")
      return { kind, alpha: trial.suggestFloat("alpha", 1e-6, 1, { log: true }) };
    if (kind === "tree") {
      const depth = trial.suggestInt("depth", 1, 12);
      return { kind, depth, leaf: trial.suggestInt("leaf", 1, 256, { log: true }) };
    }
    const layers = trial.suggestInt("layers", 1, 4);
    const p = {
      kind,
      layers,
      rate: trial.suggestFloat("rate", 1e-5, 1, { log: true }),
      dropout: trial.suggestFloat("dropout", 0, 0.9, { step: 0.1 }),
    };
    for (let i = 0; i < layers; i++)
      p[`units${i}`] = trial.suggestInt(`units${i}`, 4, 512, { log: true });
    return p;
  },
  values: (p) => {
    if (p.kind === "linear") return [0.35 + 0.02 * (Math.log10(p.alpha) + 3) ** 2, 1];
    if (p.kind === "tree") {
      const leaf = 0.01 * (Math.log2(p.leaf) - 3) ** 2;
      return [0.12 + 0.3 * Math.exp(-p.depth / 4) + leaf, 1 + p.depth - 0.1 * Math.log2(p.leaf)];
    }
    const sizes = Array.from({ length: p.layers }, (_, i) => Math.log2(p[`units${i}`]));
    const fit = 0.05 * (Math.log10(p.rate) + 2.5) ** 2 + 0.2 * Math.abs(p.dropout - 0.2);
    return [0.03 + 0.4 * Math.exp(-sum(sizes) / 8) + fit, 2 + sum(sizes) / 2 + p.layers];
  },
};

/** Networks for digits: error against the logarithm of the number of parameters. */
function digits() {
  const { units, rates, activations, errors } = digitsSizes();
  return {
    name: "digits",
    reference: [1, 4.2],
    suggest: (trial) => {
      const layers = trial.suggestInt("layers", 1, 3);
      const p = {
        layers,
        rate: trial.suggestInt("rate", 0, rates.length - 1),
        activation: trial.suggestCategorical("activation", activations),
      };
      for (let i = 0; i < layers; i++)
        p[`units${i}`] = trial.suggestInt(`units${i}`, 0, units.length - 1);
      return p;
    },
    values: (p) => {
      const sizes = Array.from({ length: p.layers }, (_, i) => units[p[`units${i}`]]);
      const error = errors[sizes.join()][p.rate][activations.indexOf(p.activation)];
      return [error, Math.log10(parametersOf(sizes))];
    },
  };
}

export const problems = [
  zdt("zdt1", 30, linear, (f, g) => 1 - Math.sqrt(f / g)),
  zdt("zdt2", 30, linear, (f, g) => 1 - (f / g) ** 2),
  zdt("zdt3", 30, linear, (f, g, x) => 1 - Math.sqrt(f / g) - (f / g) * Math.sin(10 * Math.PI * x)),
  mixed,
  digits(),
  zdt(
    "zdt4",
    10,
    (rest) => 1 + 10 * rest.length + sum(rest.map((x) => x * x - 10 * Math.cos(4 * Math.PI * x))),
    (f, g) => 1 - Math.sqrt(f / g),
    (x) => x,
    [-5, 5],
  ),
  zdt(
    "zdt6",
    10,
    (rest) => 1 + 9 * (sum(rest) / rest.length) ** 0.25,
    (f, g) => 1 - (f / g) ** 2,
    (x) => 1 - Math.exp(-4 * x) * Math.sin(6 * Math.PI * x) ** 6,
  ),
];
