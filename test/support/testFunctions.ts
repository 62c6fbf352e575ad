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
  goldstein_price: (x) => {
    const [a, b] = [x[0]!, x[1]!];
    const first = 19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b;
    const second = 18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b;
    return (1 + (a + b + 1) ** 2 * first) * (30 + (2 * a - 3 * b) ** 2 * second);
  },
  levy3: (x) => {
    const w = Array.from(x, (v) => 1 + (v - 1) / 4);
    const middle = sum(2, (i) => (w[i]! - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * w[i]! + 1) ** 2));
    const last = (w[2]! - 1) ** 2 * (1 + Math.sin(2 * Math.PI * w[2]!) ** 2);
    return Math.sin(Math.PI * w[0]!) ** 2 + middle + last;
  },
  rosenbrock4: (x) => sum(3, (i) => 100 * (x[i + 1]! - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2),
  rastrigin3: (x) => sum(3, (i) => x[i]! ** 2 - 10 * Math.cos(2 * Math.PI * x[i]!) + 10),
  styblinski_tang4: (x) => sum(4, (i) => x[i]! ** 4 - 16 * x[i]! ** 2 + 5 * x[i]!) / 2,
};
