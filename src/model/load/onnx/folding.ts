import { dtypeOfCode } from "../../../io/onnx.ts";
import { type DType, allocate } from "../../../shape.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import type { OnnxConverter } from "./converter.ts";

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  Abs: Math.abs,
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Sqrt: Math.sqrt,
};

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Min: Math.min,
  Mul: (a, b) => a * b,
  Sub: (a, b) => a - b,
};

/** What `Cast` makes numbers of. */
export function castTo(c: OnnxConverter): DType {
  const code = c.number("to", 1);
  return dtypeOfCode(code) ?? c.fail(`must be to numbers that are read, got type ${code}`);
}

/** A constant in another dtype: whole numbers are cut off towards 0, and of bool all but 0 is 1. */
export function castConstant(c: OnnxConverter, { data, shape, dtype: from }: Tensor): Tensor {
  const dtype = castTo(c);
  if (dtype === from) return new Tensor(data, shape, dtype);
  const out = allocate(dtype, data.length);
  for (let i = 0; i < out.length; i++)
    out[i] =
      dtype === "bool"
        ? Number(data[i] !== 0)
        : dtype === "float32"
          ? data[i]!
          : Math.trunc(data[i]!);
  return new Tensor(out, shape, dtype);
}

/** Elements of one constant, or of two of which one may be a single number or one of the other's size. */
export function foldedElements(c: OnnxConverter): Tensor | null {
  const { op, inputs } = c.node;
  const [unary, binary] = [UNARY[op], BINARY[op]];
  const a = c.required(0);
  if (unary && inputs.length === 1)
    return new Tensor(Float32Array.from(a.data, unary), a.shape, "float32");
  if (!binary || inputs.length !== 2) return null;
  const b = c.required(1);
  const whole = a.dtype === "int32" && b.dtype === "int32";
  const larger = a.data.length >= b.data.length ? a : b;
  const isOne = Math.min(a.data.length, b.data.length) === 1;
  if (!isOne && a.data.length !== b.data.length) return null;
  const at = (t: Tensor, i: number): number => t.data[t.data.length === 1 ? 0 : i]!;
  const data = Float64Array.from(larger.data, (_, i) => binary(at(a, i), at(b, i)));
  // Of whole numbers a quotient is one too.
  return whole
    ? new Tensor(Int32Array.from(data, Math.trunc), larger.shape, "int32")
    : new Tensor(Float32Array.from(data), larger.shape, "float32");
}
