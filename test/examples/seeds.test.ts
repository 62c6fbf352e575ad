import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { numbersAfter, runExample } from "./runExample.ts";

/** Three steps on w^2 / 2 from 1 at rate 0.1, in float64 from the articles' formulas. */
const STEPS: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  momentum: { "": [0.99, 0.9711, 0.944379] },
  nesterov: { "": [0.99, 0.972, 0.9477] },
  adagrad: { "": [0.900000001, 0.833103528, 0.780456183] },
  rmsprop: {
    "inside ": [0.68377225, 0.498870627, 0.369180574],
    "outside ": [0.683772244, 0.49887062, 0.369180567],
  },
  adam: { "": [0.900000001, 0.80041223, 0.701586275] },
  adamW: { "": [0.890000001, 0.781571857, 0.675101223] },
  nadam: { "": [0.810000002, 0.674129966, 0.556829147] },
};

type Check = (printed: string) => void;

/** `label` is followed by these numbers, each within `tolerance`. */
const near =
  (label: string, expected: readonly number[], tolerance: number): Check =>
  (printed) => {
    const got = numbersAfter(printed, label);
    expect(got).toHaveLength(expected.length);
    got.forEach((v, i) =>
      expect(Math.abs(v - expected[i]!), `${label}: ${v}`).toBeLessThanOrEqual(tolerance),
    );
  };

/** `label` is followed by one number in [from, to]. */
const within =
  (label: string, from: number, to: number): Check =>
  (printed) => {
    const [value] = numbersAfter(printed, label);
    expect(value, label).toBeGreaterThanOrEqual(from);
    expect(value, label).toBeLessThanOrEqual(to);
  };

const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  // 60000 draws: the standard error of the deviation is std / sqrt(120000), 2e-4, and one lies beyond 4 of
  // them. A truncated normal has the same deviation, and none beyond 2.3.
  xavierInit: [
    near("std", [Math.sqrt(2 / 500)], 8e-4),
    near("mean", [0], 1e-3),
    within("largest", 3.5, 6),
  ],
  heInit: [
    near("std", [Math.sqrt(2 / 300)], 9e-4),
    near("mean", [0], 1.3e-3),
    within("largest", 3.5, 6),
  ],
  activations: [
    near("sigmoid", [0.1192, 0.2689, 0.5, 0.7311, 0.8808], 0),
    near("tanh", [-0.964, -0.7616, 0, 0.7616, 0.964], 0),
    near("relu", [0, 0, 0, 1, 2], 0),
    near("leakyRelu", [-0.02, -0.01, 0, 1, 2], 0),
    near("elu", [-0.8647, -0.6321, 0, 1, 2], 0),
    near("softmax", [0.0117, 0.0317, 0.0861, 0.2341, 0.6364], 0),
  ],
  // 0.1 g / sqrt(0.1 g^2 + 1e-8) and 0.1 g / (sqrt(0.1 g^2) + 1e-8) at g = 1e-4
  rmsprop: [
    near("inside first step from 0.0001:", [0.0953], 0),
    near("outside first step from 0.0001:", [0.3161], 0),
  ],
  adamOptions: [
    (printed) => expect(numbersAfter(printed, "loss").at(-1)).toBeLessThan(0.01),
    (printed) => expect(printed).toContain('unknown option "beta_1"; it is "beta1" here'),
  ],
  l2Dropout: [within("val_accuracy", 0.85, 1), within("accuracy", 0.9, 1)],
  // Jumps and best loss: a rate near 0 is calm and useless, and is not what is recommended.
  stabilise: [
    within("plain", 0.005, 0.1),
    (printed) => expect(numbersAfter(printed, "plain")[1]).toBeLessThan(1.5),
    within("slow", 0, 0.005),
    (printed) => expect(numbersAfter(printed, "slow")[1]).toBeGreaterThan(2),
    (printed) => expect(printed).toMatch(/^recommended (?!nothing|learningRate 0\.00001)/m),
  ],
  // What linear memory takes is what the plan says, within 5 %.
  transferLearning: [
    ...["frozen", "unfrozen"].map((name): Check => (printed) => {
      const [predicted, measured] = numbersAfter(printed, `${name} bytes`);
      expect(Math.abs(measured! / predicted! - 1), `${name}: ${measured} bytes`).toBeLessThan(0.05);
    }),
    (printed) => expect(printed).toMatch(/^frozen layers that moved: dense dense_1$/m),
    (printed) =>
      expect(printed).toMatch(
        /^unfrozen layers that moved: block5_conv1 block5_conv2 block5_conv3 dense dense_1$/m,
      ),
  ],
  classification: [within("accuracy", 0.97, 1), within("center", 0.9, 1)],
  regression: [near("kernel", [2, -3], 2e-3), near("bias", [1], 2e-3)],
};

test.each(Object.entries(STEPS))(
  "%s walks the path of the article's formula",
  async (name, paths) => {
    const printed = await runExample(`seeds/${name}.mjs`);
    for (const [form, expected] of Object.entries(paths)) {
      expected.forEach((w, i) => near(`${form}w${i + 1}`, [w], 2e-7)(printed));
    }
  },
);

// VGG16 alone takes its time: 6 s on a free core.
test.each(Object.entries(CHECKS))(
  "%s prints what its text says",
  async (name, checks) => {
    const printed = await runExample(`seeds/${name}.mjs`);
    for (const check of checks) check(printed);
  },
  180_000,
);

test("every file of examples/seeds is checked", () => {
  const files = readdirSync(new URL("../../examples/seeds/", import.meta.url)).map((f) =>
    f.replace(/\.mjs$/, ""),
  );
  expect(files.sort()).toEqual(
    [...new Set([...Object.keys(STEPS), ...Object.keys(CHECKS)])].sort(),
  );
});
