import { afterAll, expect, test } from "vitest";
import { gradient } from "../../src/autograd/gradient.ts";
import { mul } from "../../src/ops/binary.ts";
import { sum } from "../../src/ops/sum.ts";
import { trace } from "../../src/plan/trace.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { type Encoded, decode, goldenCases, goldenRatio } from "./golden.ts";
import { lossOps } from "./ops/loss.ts";

const cases = goldenCases("ops/loss.json");
let worst = 0;
let at = "";
let outputs = 0;
let gradients = 0;

function hostTensor(t: Encoded): ReturnType<typeof tensor> {
  return t.dtype === "int32"
    ? tensor(Int32Array.from(decode(t)), t.shape)
    : tensor(Float32Array.from(decode(t)), t.shape);
}

if (!cases) test.skip("PyTorch's losses: no golden vectors here", () => {});

test.each(cases ?? [])("$op $id matches PyTorch", async (c) => {
  const check = (got: ArrayLike<number>, key: string, expected: Encoded, f32: Encoded | undefined): void => {
    const ratio = goldenRatio(got, decode(expected), c.torch_f32_err[key]!.max_abs, f32 && decode(f32));
    if (ratio > worst) [worst, at] = [ratio, `${c.id} ${key}`];
    expect(ratio, key).toBeLessThanOrEqual(1);
  };
  const names = Object.keys(c.inputs);
  const wanted = Object.keys(c.grads ?? {});
  const run = trace((...xs) => {
    const inputs = Object.fromEntries(names.map((name, i) => [name, xs[i]!]));
    const y = lossOps[c.op]!(inputs, c.attrs);
    if (wanted.length === 0) return [y];
    const scalar = sum(mul(y, xs.at(-1)!));
    return [y, ...gradient(scalar, wanted.map((name) => inputs[name]!))];
  });
  const cotangent = c.cotangents?.["y"];
  const values = [...names.map((name) => hostTensor(c.inputs[name]!)), ...(cotangent ? [hostTensor(cotangent)] : [])];
  const [y, ...grads] = await run(...values);
  check(y!.data, "y", c.outputs["y"]!, c.outputs_f32?.["y"]);
  outputs++;
  wanted.forEach((name, i) => {
    check(grads[i]!.data, `grad:${name}`, c.grads![name]!, c.grads_f32?.[name]);
    gradients++;
  });
});

afterAll(() => console.log(`loss: ${outputs} outputs, ${gradients} gradients; largest error/bound ${worst} (${at})`));
