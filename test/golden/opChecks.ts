import { gradient } from "../../src/autograd/gradient.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { sum } from "../../src/ops/sum.ts";
import { trace } from "../../src/plan/trace.ts";
import { printShape, sameShape } from "../../src/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { opBound, worstRatio } from "./bounds.ts";
import { type Check, casesOf } from "./check.ts";
import {
  type Encoded,
  type EncodedTensors,
  type GoldenFile,
  decode,
  hostTensor,
} from "./golden.ts";
import { hostOps } from "./ops/clip.ts";
import type { GoldenOps } from "./ops/goldenOps.ts";
import { goldenOps } from "./ops/table.ts";

/** A case of a file of format golden-ops/1. */
interface OpCase {
  readonly op: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly inputs: EncodedTensors;
  readonly outputs: EncodedTensors;
  readonly outputs_f32?: EncodedTensors;
  readonly cotangents?: EncodedTensors;
  readonly grads?: EncodedTensors;
  readonly grads_f32?: EncodedTensors;
  readonly torch_f32_err?: Readonly<Record<string, { readonly max_abs?: number } | undefined>>;
}

/** A case's results: its outputs by name, and its gradients as "grad:x". */
type Results = Readonly<Record<string, Tensor>>;

/** Runs an op with the gradients of the sum over its outputs of `sum(output * cotangent)`. */
async function results(c: OpCase, op: GoldenOps[string]): Promise<Results> {
  const names = Object.keys(c.inputs);
  const wanted = Object.keys(c.grads ?? {});
  const cotangents = Object.keys(c.cotangents ?? {});
  if (wanted.length > 0 && cotangents.length === 0) throw new TypeError(`grads need "cotangents"`);
  for (const name of wanted)
    if (!names.includes(name)) throw new TypeError(`grads.${name}: there is no such input`);
  let keys: string[] = [];
  const run = trace((...leaves) => {
    const inputs = Object.fromEntries(names.map((name, i) => [name, leaves[i]!]));
    const made = op(inputs, c.attrs ?? {});
    const outputs = "shape" in made ? { y: made as SymbolicTensor } : made;
    keys = Object.keys(outputs);
    if (wanted.length === 0) return Object.values(outputs);
    const terms = cotangents.map((name, i) => {
      if (!outputs[name]) throw new TypeError(`cotangents.${name}: there is no such output`);
      return sum(mul(outputs[name], leaves[names.length + i]!));
    });
    const scalar = terms.reduce((all, term) => add(all, term));
    keys.push(...wanted.map((name) => `grad:${name}`));
    return [
      ...Object.values(outputs),
      ...gradient(
        scalar,
        wanted.map((name) => inputs[name]!),
      ),
    ];
  });
  const values = [
    ...names.map((name) => hostTensor(c.inputs[name], `inputs.${name}`)),
    ...(wanted.length > 0
      ? cotangents.map((name) => hostTensor(c.cotangents![name], `cotangents.${name}`))
      : []),
  ];
  const tensors = await run(...values);
  return Object.fromEntries(tensors.map((t, i) => [keys[i]!, t]));
}

/** The largest error over bound of all tensors of a case. */
function compare(c: OpCase, got: Results): number {
  let worst = 0;
  const one = (key: string, what: string, expected: Encoded, f32: Encoded | undefined): void => {
    const result = got[key];
    if (!result)
      throw new TypeError(`${what}: the op has no such result, but ${Object.keys(got).join(", ")}`);
    const e = decode(expected, what);
    if (!sameShape(result.shape, expected.shape)) {
      throw new RangeError(
        `${what}: must have shape ${printShape(expected.shape)}, got ${printShape(result.shape)}`,
      );
    }
    const alternative = f32 && decode(f32, `${what} (float32)`);
    const bound = opBound(e, c.torch_f32_err?.[key]?.max_abs ?? 0);
    worst = Math.max(worst, worstRatio(result.data, e, bound, alternative));
  };
  for (const [name, t] of Object.entries(c.outputs))
    one(name, `outputs.${name}`, t, c.outputs_f32?.[name]);
  for (const [name, t] of Object.entries(c.grads ?? {}))
    one(`grad:${name}`, `grads.${name}`, t, c.grads_f32?.[name]);
  return worst;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

async function runCase(c: OpCase): Promise<number> {
  const { op, inputs, outputs } = c;
  if (typeof op !== "string") throw new TypeError(`"op" must be a name, got ${JSON.stringify(op)}`);
  if (!isObject(inputs)) throw new TypeError(`"inputs" must be tensors by name`);
  if (!isObject(outputs)) throw new TypeError(`"outputs" must be tensors by name`);
  if (Object.hasOwn(hostOps, op)) return compare(c, await hostOps[op]!(c));
  if (!Object.hasOwn(goldenOps, op)) throw new TypeError(`op "${op}" is not known here`);
  return compare(c, await results(c, goldenOps[op]!));
}

/** The checks of a file of format golden-ops/1. */
export function opChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const c = value as OpCase;
    return {
      file: path,
      group: String(c.op),
      id,
      run: () => runCase(c),
    };
  });
}
