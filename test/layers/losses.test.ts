import { describe, expect, test } from "vitest";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { nodesOf } from "../../src/graph/symbolic.ts";
import { binaryCrossentropy } from "../../src/losses/binaryCrossentropy.ts";
import { losses } from "../../src/losses/catalogue.gen.ts";
import { categoricalCrossentropy } from "../../src/losses/categoricalCrossentropy.ts";
import type { Loss } from "../../src/losses/defineLoss.ts";
import { huber } from "../../src/losses/huber.ts";
import { sparseCategoricalCrossentropy } from "../../src/losses/sparseCategoricalCrossentropy.ts";
import { sequential } from "../../src/model/sequential.ts";
import { dense } from "../../src/layers/dense.ts";
import { sigmoid } from "../../src/ops/activations/sigmoid.ts";
import { softmax } from "../../src/ops/activations/softmax.ts";
import { reshape } from "../../src/ops/reshape.ts";
import { sum } from "../../src/ops/sum.ts";
import { trace, valueAndGrad } from "../../src/plan/trace.ts";
import { type NestedNumbers, tensor } from "../../src/tensor/tensor.ts";

type Activation = (x: SymbolicTensor) => SymbolicTensor;

/** Losses of some samples. */
async function lossOf(
  loss: Loss,
  target: NestedNumbers,
  output: NestedNumbers,
  of: Activation = (x) => x,
): Promise<number[]> {
  const t = tensor(target, undefined, loss.labels === "indices" ? "int32" : "float32");
  return [...(await trace((y, x) => loss.call(y, of(x)))(t, tensor(output))).data];
}

/** Gradient of the sum of the losses by the output, or by what `of` is applied to. */
async function gradOf(
  loss: Loss,
  target: NestedNumbers,
  output: NestedNumbers,
  of: Activation = (x) => x,
): Promise<number[]> {
  const t = tensor(target, undefined, loss.labels === "indices" ? "int32" : "float32");
  const { gradients } = await valueAndGrad((x, y) => sum(loss.call(y, of(x))), { by: [0] })(
    tensor(output),
    t,
  );
  return [...gradients[0]!.data];
}

function close(got: readonly number[], expected: readonly number[], digits = 6): void {
  expect(got.length).toBe(expected.length);
  expected.forEach((v, i) => expect(got[i]).toBeCloseTo(v, digits));
}

const y = [
  [0, 1],
  [0.5, 0],
];
const p = [
  [0.4, 0.8],
  [0.9, 0.1],
];
// By the formulas of Keras 3, in float64.
test.each([
  ["meanSquaredError", y, p, [(0.16 + 0.04) / 2, (0.16 + 0.01) / 2]],
  ["meanAbsoluteError", y, p, [0.3, 0.25]],
  [
    "huber",
    y,
    [
      [3, 0],
      [0.5, 0.5],
    ],
    [(2.5 + 0.5) / 2, 0.0625],
  ],
  ["logCosh", y, p, [0.04891077861, 0.0414725871]],
  ["poisson", y, p, [(0.4 + 0.8 - Math.log(0.8)) / 2, (1 - 0.5 * Math.log(0.9)) / 2]],
  [
    "hinge",
    [
      [-1, 1],
      [0, 1],
    ],
    p,
    [(1.4 + 0.2) / 2, (1.9 + 0.9) / 2],
  ],
  [
    "squaredHinge",
    [
      [-1, 1],
      [0, 1],
    ],
    p,
    [(1.96 + 0.04) / 2, (3.61 + 0.81) / 2],
  ],
  [
    "categoricalHinge",
    [
      [0, 1],
      [1, 0],
    ],
    p,
    [0.6, 0.2],
  ],
  [
    "kullbackLeiblerDivergence",
    [
      [0.5, 0.5],
      [0.1, 0.9],
    ],
    [
      [0.4, 0.6],
      [0.9, 0.1],
    ],
    [0.020411, 1.7577796],
  ],
  [
    "cosineSimilarity",
    [
      [0, 1],
      [1, 1],
    ],
    [
      [1, 0],
      [2, 2],
    ],
    [0, -1],
  ],
  [
    "binaryCrossentropy",
    [
      [0, 1],
      [1, 0],
    ],
    p,
    [0.3669845, 0.1053605],
  ],
  [
    "categoricalCrossentropy",
    [
      [0, 1],
      [1, 0],
    ],
    p,
    [-Math.log(0.8 / 1.2), -Math.log(0.9)],
  ],
  ["sparseCategoricalCrossentropy", [1, 0], p, [-Math.log(0.8 / 1.2), -Math.log(0.9)]],
] as const)(
  "%s() gives one loss a sample, as Keras has it",
  async (name, target, output, expected) => {
    close(
      await lossOf(losses[name](), target as NestedNumbers, output as NestedNumbers),
      expected,
      5,
    );
  },
);

test("every loss has a test above, and runs on samples with more axes", async () => {
  for (const make of Object.values(losses)) {
    const loss: Loss = make();
    const target =
      loss.labels === "indices"
        ? [
            [0, 1],
            [1, 0],
          ]
        : [
            [
              [1, 0],
              [0, 1],
            ],
            [
              [1, 0],
              [1, 0],
            ],
          ];
    const got = await lossOf(loss, target, [
      [
        [0.4, 0.8],
        [0.9, 0.1],
      ],
      [
        [0.4, 0.8],
        [0.9, 0.1],
      ],
    ]);
    expect(got.length).toBe(2);
    expect(got.every(Number.isFinite)).toBe(true);
  }
});

describe("crossentropies", () => {
  const logits = [
    [1000, 0, -1000],
    [-3, 2, 0.5],
  ];
  const labels = [2, 0];
  const hot = [
    [0, 0, 1],
    [1, 0, 0],
  ];
  const exact = [2000, 5.206906933673413];

  test("logits are not clipped, unlike in TensorFlow.js", async () => {
    close(await lossOf(sparseCategoricalCrossentropy({ fromLogits: true }), labels, logits), exact);
    close(await lossOf(categoricalCrossentropy({ fromLogits: true }), hot, logits), exact);
    close(
      await lossOf(binaryCrossentropy({ fromLogits: true }), [[1], [0]], [[-1000], [1000]]),
      [1000, 1000],
    );
    expect(
      await gradOf(binaryCrossentropy({ fromLogits: true }), [[1], [0]], [[-1000], [1000]]),
    ).toEqual([-1, 1]);
  });

  test("softmax and sigmoid before them are fused: values and gradients as from logits", async () => {
    for (const of of [
      softmax,
      (x: SymbolicTensor) => reshape(softmax(reshape(x, { shape: [1, 2, 3] })), { shape: [2, 3] }),
    ]) {
      close(await lossOf(sparseCategoricalCrossentropy(), labels, logits, of), exact);
      close(await lossOf(categoricalCrossentropy(), hot, logits, of), exact);
    }
    close(
      await lossOf(binaryCrossentropy(), [[1, 1]], [[-1000, 0]], sigmoid),
      [(1000 + Math.log(2)) / 2],
      4,
    );
    const fromLogits = await gradOf(categoricalCrossentropy({ fromLogits: true }), hot, logits);
    expect(await gradOf(categoricalCrossentropy(), hot, logits, softmax)).toEqual(fromLogits);
    expect(await gradOf(sparseCategoricalCrossentropy(), labels, logits, softmax)).toEqual(
      fromLogits,
    );
  });

  test("a softmax whose axis is not the last one's rows is not taken for theirs", async () => {
    const loss = categoricalCrossentropy();
    const of: Activation = (x) => reshape(softmax(x), { shape: [1, 4] });
    // Rows of 2 seen as one row of 4: probabilities 1/2 each become 1/4.
    close(
      await lossOf(
        loss,
        [[1, 0, 0, 0]],
        [
          [0, 0],
          [0, 0],
        ],
        of,
      ),
      [Math.log(4)],
    );
  });

  test("other probabilities are clipped to [1e-7, 1 - 1e-7], where the gradient is 0", async () => {
    close(await lossOf(categoricalCrossentropy(), [[1, 0]], [[0, 1]]), [16.118096], 5);
    close(await lossOf(binaryCrossentropy(), [[1]], [[0]]), [16.118096], 5);
    expect(await gradOf(binaryCrossentropy(), [[1]], [[0]])).toEqual([0]);
  });

  test("labelSmoothing mixes the target with an even one", async () => {
    const options = { fromLogits: true, labelSmoothing: 0.3 };
    const soft = hot.map((row) => row.map((t) => 0.7 * t + 0.1));
    const expected = await lossOf(categoricalCrossentropy({ fromLogits: true }), soft, logits);
    close(await lossOf(categoricalCrossentropy(options), hot, logits), expected, 3);
    close(await lossOf(sparseCategoricalCrossentropy(options), labels, logits), expected, 3);
    close(
      await lossOf(binaryCrossentropy(options), [[1]], [[0.5]]),
      await lossOf(binaryCrossentropy({ fromLogits: true }), [[0.85]], [[0.5]]),
    );
  });

  test("a fused loss leaves no softmax behind that nothing reads", () => {
    const model = sequential([dense({ units: 3, activation: "softmax", inputShape: [2] })]);
    model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
    const { loss } = model.objective(false).heads[0]!;
    expect(loss.kind).toBe("categoricalCrossentropy");
    const graph = trace((t, x) => {
      const out = loss.call(t, softmax(x));
      expect(nodesOf([out]).map((n) => n.op.name)).toEqual(["softmaxCrossentropy"]);
      return out;
    });
    return graph(hot, logits);
  });
});

test("options and names that cannot be are named", () => {
  expect(() => huber({ delta: 0 })).toThrow("huber: delta must be > 0, got 0");
  expect(() => binaryCrossentropy({ labelSmoothing: 2 })).toThrow(
    "binaryCrossentropy: labelSmoothing must lie in [0, 1], got 2",
  );
  expect(() => binaryCrossentropy({ from_logits: true } as never)).toThrow(
    'unknown option "from_logits"; it is "fromLogits" here',
  );
  const compile =
    (loss: string, metric = "accuracy", optimizer = "sgd") =>
    () => {
      const model = sequential([dense({ units: 3, inputShape: [2] })]);
      model.compile({
        optimizer: optimizer as "sgd",
        loss: loss as "hinge",
        metrics: [metric as "accuracy"],
      });
      model.objective(false);
    };
  expect(compile("mse")).toThrow('compile: unknown loss "mse"; it is "meanSquaredError" here');
  expect(compile("sparse_categorical_crossentropy")).toThrow(
    'it is "sparseCategoricalCrossentropy" here',
  );
  expect(compile("CrossEntropyLoss")).toThrow(
    'it is "sparseCategoricalCrossentropy with fromLogits: true" here',
  );
  expect(compile("crossentropy")).toThrow(
    'it is "categoricalCrossentropy or sparseCategoricalCrossentropy" here',
  );
  expect(compile("toString")).toThrow('compile: unknown loss "toString"');
  expect(compile("hinge", "mae")).toThrow(
    'compile: unknown metric "mae"; it is "meanAbsoluteError" here',
  );
  expect(compile("hinge", "acc")).toThrow('compile: unknown metric "acc"; it is "accuracy" here');
  expect(compile("hinge", "accuracy", "SGD")).toThrow(
    'compile: unknown optimizer "SGD"; it is "sgd" here',
  );
  expect(compile("hinge", "accuracy", "momentum")).toThrow('it is "sgd with momentum: 0.9" here');
});
