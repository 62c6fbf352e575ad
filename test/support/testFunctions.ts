type Point = ArrayLike<number>;

const A = [
  [3, 10, 30],
  [0.1, 10, 35],
  [3, 10, 30],
  [0.1, 10, 35],
];
const P = [
  [3689, 1170, 2673],
  [4699, 4387, 7470],
  [1091, 8732, 5547],
  [381, 5743, 8828],
];
const ALPHA = [1, 1.2, 3, 3.2];
const SHIFT = [0.3, -1.2, 2.1];

const sum = (n: number, term: (i: number) => number): number =>
  Array.from({ length: n }, (_, i) => term(i)).reduce((a, b) => a + b, 0);

/** Functions that optimizers are tried on. Source: Surjanovic & Bingham, Virtual Library of Simulation Experiments. */
export const testFunctions: Readonly<Record<string, (x: Point) => number>> = {
  branin: (x) =>
    (x[1]! - (5.1 / (4 * Math.PI ** 2)) * x[0]! ** 2 + (5 / Math.PI) * x[0]! - 6) ** 2 +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x[0]!) +
    10,
  six_hump_camel: (x) =>
    (4 - 2.1 * x[0]! ** 2 + x[0]! ** 4 / 3) * x[0]! ** 2 +
    x[0]! * x[1]! +
    (4 * x[1]! ** 2 - 4) * x[1]! ** 2,
  hartmann3: (x) =>
    -sum(
      4,
      (i) => ALPHA[i]! * Math.exp(-sum(3, (j) => A[i]![j]! * (x[j]! - 1e-4 * P[i]![j]!) ** 2)),
    ),
  ackley5: (x) =>
    20 +
    Math.E -
    20 * Math.exp(-0.2 * Math.sqrt(sum(5, (i) => x[i]! ** 2) / 5)) -
    Math.exp(sum(5, (i) => Math.cos(2 * Math.PI * x[i]!)) / 5),
  sphere3_shifted: (x) => sum(3, (i) => (x[i]! - SHIFT[i]!) ** 2),
};
