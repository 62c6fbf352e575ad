import { describe, expect, test } from "vitest";
import { DataError, NonFiniteError, OptionError, ShapeError } from "../../src/errors.ts";
import { decodeCsv } from "../../src/io/csv.ts";
import { gunzip } from "../../src/io/gunzip.ts";
import { decodeIdx } from "../../src/io/idx.ts";
import { type Table, takeRows } from "../../src/io/table.ts";
import { Tensor, tensor } from "../../src/tensor/tensor.ts";
import {
  type BaselineData,
  logisticBaseline,
  majorityBaseline,
  meanBaseline,
  ridgeBaseline,
} from "../../src/train/baselines.ts";
import { solveCholesky } from "../../src/train/baselines/cholesky.ts";
import { lbfgs } from "../../src/train/baselines/lbfgs.ts";
import { fitLogistic } from "../../src/train/baselines/logistic.ts";
import { products } from "../../src/train/baselines/products.ts";
import { fitRidge, predictLinear } from "../../src/train/baselines/ridge.ts";
import { regressionScores } from "../../src/train/baselines/scores.ts";
import { spacedRows } from "../../src/train/baselines/spacedRows.ts";
import { tabular } from "../../src/train/tabular.ts";
import { TestRandom } from "../mutate.ts";
import { sharedFile, testWithShared } from "../shared.ts";

const random = new TestRandom(11);
const uniform = (): number => random.integer(1 << 24) / (1 << 23) - 1;

/** Train and test parts of a table through tabular(), as a user has them. */
function parts(
  table: Table,
  target: string,
  isTest: (row: number) => boolean,
): BaselineData & { scale: number } {
  const rows = Array.from(table.columns[0]!, (_, i) => i);
  const train = takeRows(
    table,
    rows.filter((row) => !isTest(row)),
  );
  const fitted = tabular().fit(train, { target });
  const [a, b] = [fitted.transform(train), fitted.transform(takeRows(table, rows.filter(isTest)))];
  return { xTrain: a.x, yTrain: a.y!, xTest: b.x, yTest: b.y!, scale: fitted.target?.std ?? 1 };
}

describe("majorityBaseline() and meanBaseline()", () => {
  test("predict the most frequent class and the mean", () => {
    const yTrain = tensor(Int32Array.of(2, 1, 1, 2, 0));
    expect(majorityBaseline({ yTrain, yTest: tensor(Int32Array.of(1, 1, 2, 0)) })).toEqual({
      accuracy: 0.5,
      class: 1,
    });
    const scores = meanBaseline({ yTrain: tensor([[1], [3]]), yTest: tensor([[2], [4]]) });
    expect(scores).toEqual({ mean: 2, rmse: Math.SQRT2, mae: 1, r2: -1 });
  });

  test("refuse targets that are no classes, one-hot or empty", () => {
    const y = tensor(Int32Array.of(1));
    expect(() => majorityBaseline({ yTrain: tensor([0.5]), yTest: y })).toThrow(DataError);
    expect(() => majorityBaseline({ yTrain: tensor([[0, 1]]), yTest: y })).toThrow(ShapeError);
    expect(() => meanBaseline({ yTrain: tensor([]), yTest: y })).toThrow(ShapeError);
  });
});

describe("regressionScores()", () => {
  test("is perfect for the targets themselves, and 0 for their mean", () => {
    expect(regressionScores([1, 2, 4], [1, 2, 4])).toEqual({ rmse: 0, mae: 0, r2: 1 });
    expect(regressionScores([1, 2, 3], [2, 2, 2]).r2).toBe(0);
    expect(regressionScores([3, 3], [3, 3]).r2).toBe(1);
    expect(regressionScores([3, 3], [3, 4]).r2).toBe(0);
  });
});

describe("solveCholesky()", () => {
  test("solves random positive definite systems", () => {
    for (const n of [1, 2, 7, 40]) {
      const m = Float64Array.from({ length: n * n }, uniform);
      const a = Float64Array.from({ length: n * n }, (_, at) => {
        let sum = Math.floor(at / n) === at % n ? 1 : 0;
        for (let k = 0; k < n; k++) sum += m[Math.floor(at / n) * n + k]! * m[(at % n) * n + k]!;
        return sum;
      });
      const x = Float64Array.from({ length: n }, uniform);
      const b = Float64Array.from({ length: n }, (_, i) =>
        x.reduce((sum, v, k) => sum + a[i * n + k]! * v, 0),
      );
      solveCholesky(a, b);
      b.forEach((v, i) => expect(v).toBeCloseTo(x[i]!, 9));
    }
  });

  test("names the row of a pivot that is not positive", () => {
    expect(() => solveCholesky(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toThrow(
      NonFiniteError,
    );
  });
});

describe("ridgeBaseline()", () => {
  test("finds a linear function, and its gradient vanishes at the solution", () => {
    const [n, d, alpha] = [50, 4, 0.7];
    const x = Float32Array.from({ length: n * d }, uniform);
    const y = Float64Array.from(
      { length: n },
      (_, i) => 3 + 2 * x[i * d]! - x[i * d + 3]! + 0.1 * uniform(),
    );
    const model = fitRidge(x, y, d, alpha, 1e9);
    const predicted = predictLinear(model, x, n);
    for (let j = 0; j < d; j++) {
      let gradient = alpha * model.weights[j]!;
      for (let i = 0; i < n; i++) gradient += x[i * d + j]! * (predicted[i]! - y[i]!);
      expect(Math.abs(gradient)).toBeLessThan(1e-9);
    }
    expect(Math.abs(predicted.reduce((sum, v, i) => sum + v - y[i]!, 0))).toBeLessThan(1e-9);
  });

  test("takes more features than rows", () => {
    const data = {
      xTrain: tensor([
        [1, 2, 3],
        [2, 1, 0],
      ]),
      yTrain: tensor([1, 2]),
      xTest: tensor([[1, 2, 3]]),
      yTest: tensor([1]),
    };
    expect(ridgeBaseline(data).rmse).toBeLessThan(0.5);
  });

  test("refuses more than 2000 features, gaps and options that make no sense", () => {
    const y = tensor([1, 2]);
    const wide = tensor(new Float32Array(4002), [2, 2001]);
    expect(() => ridgeBaseline({ xTrain: wide, yTrain: y, xTest: wide, yTest: y })).toThrow(
      /at most 2000, got 2001/,
    );
    const x = tensor([[1], [NaN]]);
    expect(() => ridgeBaseline({ xTrain: x, yTrain: y, xTest: x, yTest: y })).toThrow(
      /must be finite/,
    );
    const fine = tensor([[1], [2]]);
    expect(() =>
      ridgeBaseline({ xTrain: fine, yTrain: y, xTest: fine, yTest: y }, { alpha: 0 }),
    ).toThrow(OptionError);
    expect(() =>
      ridgeBaseline({ xTrain: fine, yTrain: tensor([1]), xTest: fine, yTest: y }),
    ).toThrow(ShapeError);
  });
});

describe("lbfgs()", () => {
  test("finds the minimum of Rosenbrock's function", () => {
    const rosenbrock = (w: Float64Array, g: Float64Array): number => {
      const [a, b] = [1 - w[0]!, w[1]! - w[0]! ** 2];
      g.set([-2 * a - 400 * w[0]! * b, 200 * b]);
      return a * a + 100 * b * b;
    };
    const { w, converged, evaluations } = lbfgs(rosenbrock, 2, 500, 1e-9);
    expect([converged, evaluations < 100]).toEqual([true, true]);
    w.forEach((v) => expect(v).toBeCloseTo(1, 8));
  });

  test("never asks more often than allowed", () => {
    let asked = 0;
    lbfgs((w, g) => (asked++, g.set([4 * w[0]! ** 3 - 1]), w[0]! ** 4 - w[0]!), 1, 5, 0);
    expect(asked).toBeLessThanOrEqual(5);
  });
});

describe("logisticBaseline()", () => {
  test("separates what a line can separate, of two classes and of more", () => {
    const n = 90;
    const x = tensor(
      Float32Array.from(
        { length: 2 * n },
        (_, i) => ((i >> 1) % 3 === 0 ? -2 : (i >> 1) % 3 === 1 ? 2 : i % 2 ? 6 : 0) + uniform(),
      ),
      [n, 2],
    );
    for (const classes of [2, 3]) {
      const y = tensor(Int32Array.from({ length: n }, (_, i) => Math.min(i % 3, classes - 1)));
      const scores = logisticBaseline({ xTrain: x, yTrain: y, xTest: x, yTest: y });
      expect(scores).toMatchObject({ accuracy: 1, rowsUsed: n, converged: true });
    }
  });

  test("has the gradient of scikit-learn's objective vanish, intercepts not penalised", () => {
    const [n, d, k, c] = [40, 3, 3, 0.5];
    const x = Float32Array.from({ length: n * d }, uniform);
    const y = Int32Array.from({ length: n }, () => random.integer(k));
    const { weights } = fitLogistic(x, y, d, k, c, 1e9);
    const gradient = new Float64Array((d + 1) * k);
    for (let i = 0; i < n; i++) {
      const z = Array.from({ length: k }, (_, a) =>
        [0, 1, 2].reduce(
          (sum, j) => sum + x[i * d + j]! * weights[a * (d + 1) + j]!,
          weights[a * (d + 1) + d]!,
        ),
      );
      const total = z.reduce((sum, v) => sum + Math.exp(v), 0);
      for (let a = 0; a < k; a++) {
        const error = Math.exp(z[a]!) / total - (y[i] === a ? 1 : 0);
        for (let j = 0; j <= d; j++)
          gradient[a * (d + 1) + j]! += c * error * (j < d ? x[i * d + j]! : 1);
      }
    }
    for (let i = 0; i < weights.length; i++) if (i % (d + 1) !== d) gradient[i]! += weights[i]!;
    for (const g of gradient) expect(Math.abs(g)).toBeLessThan(1e-4);
  });

  test("keeps to its budget by using fewer rows", () => {
    const [n, d] = [2000, 50];
    const x = new Tensor(Float32Array.from({ length: n * d }, uniform), [n, d], "float32");
    const y = tensor(Int32Array.from({ length: n }, (_, i) => (x.data[i * d]! > 0 ? 1 : 0)));
    const scores = logisticBaseline({ xTrain: x, yTrain: y, xTest: x, yTest: y }, { flops: 6e6 });
    expect(scores.rowsUsed).toBe(Math.floor(6e6 / (4 * 51 * 60)));
    expect(scores.evaluations).toBeLessThanOrEqual(60);
    expect(scores.accuracy).toBeGreaterThan(0.8);
  });

  test("counts test classes that the training part has not as wrong", () => {
    const data = {
      xTrain: tensor([[1], [2]]),
      yTrain: tensor(Int32Array.of(0, 1)),
      xTest: tensor([[1], [9]]),
      yTest: tensor(Int32Array.of(0, 5)),
    };
    expect(logisticBaseline(data).accuracy).toBe(0.5);
  });

  test("stays finite on features that are not scaled", () => {
    const x = tensor([
      [1e8, 1],
      [-1e8, 2],
      [2e8, 1],
      [-3e8, 1],
    ]);
    const y = tensor(Int32Array.of(0, 1, 0, 1));
    expect(logisticBaseline({ xTrain: x, yTrain: y, xTest: x, yTest: y }).accuracy).toBe(1);
  });
});

describe("products()", () => {
  test("sums as the plain loops do, bit for bit, at and around its tiles", () => {
    for (const [m, n, length] of [
      [1, 1, 1],
      [2, 4, 3],
      [3, 5, 7],
      [1, 6, 0],
      [5, 3, 2],
      [4, 9, 11],
    ] as const) {
      const a = Float64Array.from({ length: m * length }, uniform);
      const b = Float64Array.from({ length: n * length }, uniform);
      const out = new Float64Array(m * n).fill(NaN);
      products(a, b, out, m, n, length);
      out.forEach((value, at) => {
        let sum = 0;
        for (let t = 0; t < length; t++)
          sum += a[Math.floor(at / n) * length + t]! * b[(at % n) * length + t]!;
        expect(value).toBe(sum);
      });
    }
  });
});

describe("spacedRows()", () => {
  test("takes all rows that fit, else evenly spaced ones", () => {
    expect([...spacedRows(3, 9)]).toEqual([0, 1, 2]);
    expect([...spacedRows(10, 4.5)]).toEqual([0, 2, 5, 7]);
    expect([...spacedRows(5, 0)]).toEqual([0]);
  });
});

// The figures of scikit-learn are in data/BASELINES.json. Both minimise the same convex objective, so what differs is the
// stopping point (its lbfgs ends at a gradient of 1e-4 or 100 steps) and the features' scale, which the penalty sees.
describe("real files", () => {
  testWithShared(
    "logistic regression on digits is scikit-learn's, within 2 of 360 rows",
    ["data/sklearn/digits.csv.gz"],
    async () => {
      const csv = decodeCsv(await gunzip(sharedFile("data/sklearn/digits.csv.gz")), {
        header: false,
      });
      const x = tensor(
        Float32Array.from(
          { length: 1797 * 64 },
          (_, i) => Number(csv.columns[i % 64]![Math.floor(i / 64)]) / 16,
        ),
        [1797, 64],
      );
      const y = tensor(Int32Array.from(csv.columns[64]!, Number));
      const [xTrain, xTest] = [
        tensor(x.data.subarray(0, 1437 * 64), [1437, 64]),
        tensor(x.data.subarray(1437 * 64), [360, 64]),
      ];
      const scores = logisticBaseline({
        xTrain,
        yTrain: tensor(y.data.subarray(0, 1437)),
        xTest,
        yTest: tensor(y.data.subarray(1437)),
      });
      expect(Math.abs(scores.accuracy - 0.9028)).toBeLessThan(2.1 / 360);
      const throughTable = logisticBaseline(parts(csv, "column65", (row) => row >= 1437));
      expect(Math.abs(throughTable.accuracy - 0.9028)).toBeLessThan(0.012); // standardised pixels: another penalty
    },
  );

  testWithShared("logistic regression on iris is scikit-learn's", ["data/sklearn/iris.csv"], () => {
    const csv = decodeCsv(sharedFile("data/sklearn/iris.csv"));
    expect(logisticBaseline(parts(csv, "virginica", (row) => row % 5 === 4)).accuracy).toBeCloseTo(
      0.9333,
      3,
    );
  });

  testWithShared(
    "ridge regression on diabetes is scikit-learn's",
    ["data/sklearn/diabetes_data_raw.csv.gz", "data/sklearn/diabetes_target.csv.gz"],
    async () => {
      const features = decodeCsv(
        await gunzip(sharedFile("data/sklearn/diabetes_data_raw.csv.gz")),
        { separator: " ", header: false },
      );
      const target = decodeCsv(await gunzip(sharedFile("data/sklearn/diabetes_target.csv.gz")), {
        header: false,
      });
      const table = {
        header: [...features.header, "y"],
        columns: [...features.columns, target.columns[0]!],
      };
      expect(ridgeBaseline(parts(table, "y", (row) => row >= 353)).r2).toBeCloseTo(0.54127, 4);
    },
  );

  testWithShared(
    "ridge regression on California housing is scikit-learn's within 0.002",
    ["data/california_housing/housing.csv"],
    () => {
      const csv = decodeCsv(sharedFile("data/california_housing/housing.csv"));
      const whole = takeRows(
        csv,
        csv.columns[4]!.flatMap((cell, row) => (cell === "" ? [] : [row])),
      );
      const data = parts(whole, "median_house_value", (row) => row % 5 === 4);
      expect((meanBaseline(data).rmse * data.scale) / 1e5).toBeCloseTo(1.15162, 4);
      expect(Math.abs((ridgeBaseline(data).rmse * data.scale) / 1e5 - 0.67489)).toBeLessThan(0.002);
    },
  );

  const mnist = (part: string): string => `data/mnist/${part}-ubyte.gz`;
  const files = [
    "train-images-idx3",
    "train-labels-idx1",
    "t10k-images-idx3",
    "t10k-labels-idx1",
  ].map(mnist);
  testWithShared(
    "logistic regression on MNIST stays within its budget by using fewer rows",
    files,
    async () => {
      const read = async (path: string, n: number): Promise<Tensor> => {
        const t = decodeIdx(await gunzip(sharedFile(path)));
        const width = t.size / t.shape[0]!;
        if (width === 1) return tensor(t.data.subarray(0, n));
        return tensor(
          Float32Array.from(t.data.subarray(0, n * width), (v) => v / 255),
          [n, width],
        );
      };
      const [xTrain, yTrain, xTest, yTest] = (await Promise.all(
        files.map((path, i) => read(path, i < 2 ? 5000 : 2000)),
      )) as [Tensor, Tensor, Tensor, Tensor];
      const started = performance.now();
      const quick = logisticBaseline({ xTrain, yTrain, xTest, yTest });
      expect(performance.now() - started).toBeLessThan(10_000);
      expect(quick.rowsUsed).toBeLessThan(5000);
      expect(quick.accuracy).toBeGreaterThan(0.78);
    },
  );
});
