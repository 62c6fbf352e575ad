import { expect, test } from "vitest";
import { gradient } from "../../src/autograd/gradient.ts";
import { leaf } from "../../src/graph/symbolic.ts";
import { attention } from "../../src/ops/attention.ts";
import { sum } from "../../src/ops/sum.ts";
import { compile, workBytes } from "../../src/plan/plan.ts";

const x = (...shape: number[]) => leaf("input", "x", shape);

/** Bytes of a plan that computes attention of one batch and its gradients. */
function bytesFor(length: number, heads: number, d: number): number {
  const inputs = [0, 1, 2].map(() => x(1, length, heads, d));
  const loss = sum(attention(...inputs, { causal: true }));
  const gradients = gradient(loss, inputs);
  const outputs = Object.fromEntries([loss, ...gradients].map((t, i) => [String(i), t]));
  return workBytes(compile({ name: "test", inputs, outputs }), 1);
}

test("attention() of 4096 keys and its gradients take memory of the order of q, k and v", () => {
  const [heads, d] = [4, 32];
  const tensor = 4 * 4096 * heads * d;
  const scores = 4 * 4096 * 4096;
  const bytes = bytesFor(4096, heads, d);
  // q, k, v, y, dy and three gradients are 8 tensors; two blocks of 48 rows of scores and panels are 3 MB.
  expect(bytes).toBeLessThan(11 * tensor);
  expect(bytes).toBeLessThan((heads * scores) / 10);
  expect(bytesFor(8192, heads, d) / bytes).toBeLessThan(2.05);
});

test("attention() refuses shapes that do not fit, and names them", () => {
  expect(() => attention(x(2, 3, 4), x(2, 3, 4), x(2, 3, 4))).toThrow(
    "attention: q and k must be [batch, length, heads, d], equal but for the length, got [2, 3, 4] and [2, 3, 4]",
  );
  expect(() => attention(x(2, 3, 1, 4), x(2, 5, 1, 4), x(2, 3, 1, 4))).toThrow(
    "attention: v must be [batch, keys, heads, dv] with one row a key of [2, 5, 1, 4], got [2, 3, 1, 4]",
  );
  const qkv = [x(2, 3, 1, 4), x(2, 5, 1, 4), x(2, 5, 1, 4)];
  expect(() => attention(...qkv, x(2, 2, 3, 5))).toThrow(
    "attention: the mask must broadcast to [batch, heads, queries, keys] = [2, 1, 3, 5], got [2, 2, 3, 5]",
  );
  expect(() => attention(...qkv, x(1, 2, 1, 3, 5))).toThrow("attention: the mask must broadcast");
});
