import { expect, test } from "vitest";
import { leaf } from "../../src/graph/symbolic.ts";
import { celu } from "../../src/ops/activations/celu.ts";
import { gelu } from "../../src/ops/activations/gelu.ts";
import { leakyRelu } from "../../src/ops/activations/leakyRelu.ts";
import { softplus } from "../../src/ops/activations/softplus.ts";
import { clamp } from "../../src/ops/clamp.ts";

const x = leaf("input", "x", [3]);

test("activations refuse attributes that give no function", () => {
  expect(() => gelu(x, { approximate: "erf" as "none" })).toThrow(
    'gelu: approximate must be "none" or "tanh", got "erf"',
  );
  expect(() => celu(x, { alpha: 0 })).toThrow("celu: alpha must not be 0, got 0; use relu");
  expect(() => softplus(x, { beta: 0 })).toThrow("softplus: beta must be above 0, got 0");
  expect(() => clamp(x, { min: 2, max: 1 })).toThrow(
    "clamp: min must not be above max, got 2 and 1",
  );
  expect(() => leakyRelu(x, { alpha: 0.3 } as object)).toThrow(
    /leakyRelu: unknown attribute "alpha"/,
  );
});
