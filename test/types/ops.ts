import {
  type Tensor,
  compute,
  ops,
  relu,
  softmax,
  tensor,
  trace,
  valueAndGrad,
} from "../../src/index.ts";
import type { SymbolicTensor } from "../../src/index.ts";
import type { Equal, Expect } from "./expect.ts";

type Of<S extends readonly number[]> = SymbolicTensor<S>;
declare const a: Of<readonly [2, 3]>;
declare const b: Of<readonly [3, 4]>;
declare const row: Of<readonly [3]>;
declare const column: Of<readonly [2, 1]>;
declare const rows: Of<readonly [number, 3]>;
declare const batch: Of<readonly [5, 2, 3]>;
declare const any: SymbolicTensor;
declare const flag: boolean;
declare const axes: number[];

// Products.
const product = ops.matmul(a, b);
const transposedA = ops.matmul(a, a, { transposeA: true });
const transposedB = ops.matmul(a, a, { transposeB: true });
const eitherWay = ops.matmul(a, b, { transposeB: flag });
const batches = ops.matmul(batch, b);
const vector = ops.matmul(a, row);
const unknownRows = ops.matmul(rows, b);
const biased = ops.matmul(a, b, null, {});
// @ts-expect-error -- matmul: inner lengths must agree, got 3 and 2
ops.matmul(a, a);
// @ts-expect-error -- matmul: inner lengths must agree, got 3 and 4
ops.matmul(a, b, { transposeB: true });
// @ts-expect-error -- matmul: batches of 5 and 4
ops.matmul(batch, {} as Of<readonly [4, 3, 7]>);
// @ts-expect-error -- matmul has no such attribute
ops.matmul(a, b, { transposB: true });
// @ts-expect-error -- nor beside one that it has
ops.matmul(a, b, { transposeA: false, transposB: true });
// @ts-expect-error -- a text is no tensor
ops.matmul(a, "b");

// Element by element.
const equal = ops.add(a, a);
const scalarBehind = ops.mul(a, 2);
const scalarBefore = ops.sub(1, a);
const alongRows = ops.add(a, row);
const outer = ops.div(column, row);
const withUnknown = ops.maximum(rows, a);
const withAny = ops.add(a, any);
const chained = relu(ops.add(ops.matmul(a, b), 1));
const unary = ops.exp(batch);
const activated = softmax(a, { axis: 0 });
// @ts-expect-error -- add: [2, 3] and [4, 3] do not broadcast
ops.add(a, {} as Of<readonly [4, 3]>);
// @ts-expect-error -- mul: [2, 3] and [2] do not broadcast
ops.mul(a, {} as Of<readonly [2]>);
// @ts-expect-error -- the unknown axis is not the one that differs
ops.sub(rows, {} as Of<readonly [2, 4]>);

// Other shapes.
const reshaped = ops.reshape(a, { shape: [3, 2] });
const flat = ops.reshape(a, { shape: [-1] });
const inferred = ops.reshape(a, { shape: [3, -1] });
const reshapedTo = ops.reshape(a, { shape: axes });
const large = ops.reshape({} as Of<readonly [28, 28, 3]>, { shape: [2352] });
const beyond = ops.reshape({} as Of<readonly [100, 1000]>, { shape: [99, 1000] });
const reversed = ops.transpose(batch);
const permuted = ops.transpose(batch, { permutation: [1, 0, 2] });
const fromBehind = ops.transpose(batch, { permutation: [-1, 0, 1] });
const permutedBy = ops.transpose(batch, { permutation: axes });
const joined = ops.concat(a, a, column, { axis: -1 });
const stacked = ops.concat(a, a);
// @ts-expect-error -- reshape: 6 elements do not fit [4, 2]
ops.reshape(a, { shape: [4, 2] });
// @ts-expect-error -- concat: 2 rows and 3
ops.concat(a, b, { axis: -1 });

// Reductions.
const total = ops.sum(a);
const average = ops.mean(any);
const overRows = ops.sum(batch, { axis: 1 });
const overLast = ops.mean(batch, { axis: -1 });
const kept = ops.sum(batch, { axis: 1, keepDims: true });
const allKept = ops.sum(a, { keepDims: true });
const overSome = ops.sum(batch, { axis: [0, 1] });
const overUnknown = ops.sum(batch, {} as { axis?: number });

export type Ops = [
  Expect<Equal<typeof product, Of<readonly [2, 4]>>>,
  Expect<Equal<typeof transposedA, Of<readonly [3, 3]>>>,
  Expect<Equal<typeof transposedB, Of<readonly [2, 2]>>>,
  Expect<Equal<typeof eitherWay, SymbolicTensor>>,
  Expect<Equal<typeof batches, Of<readonly [5, 2, 4]>>>,
  Expect<Equal<typeof vector, SymbolicTensor>>,
  Expect<Equal<typeof unknownRows, Of<readonly [number, 4]>>>,
  Expect<Equal<typeof biased, Of<readonly [2, 4]>>>,
  Expect<Equal<typeof equal, Of<readonly [2, 3]>>>,
  Expect<Equal<typeof scalarBehind, Of<readonly [2, 3]>>>,
  Expect<Equal<typeof scalarBefore, Of<readonly [2, 3]>>>,
  Expect<Equal<typeof alongRows, Of<readonly [2, 3]>>>,
  Expect<Equal<typeof outer, Of<readonly [2, 3]>>>,
  Expect<Equal<typeof withUnknown, Of<readonly [2, 3]>>>,
  Expect<Equal<typeof withAny, SymbolicTensor>>,
  Expect<Equal<typeof chained, Of<readonly [2, 4]>>>,
  Expect<Equal<typeof unary, Of<readonly [5, 2, 3]>>>,
  Expect<Equal<typeof activated, Of<readonly [2, 3]>>>,
  Expect<Equal<typeof reshaped, Of<readonly [3, 2]>>>,
  Expect<Equal<typeof flat, Of<readonly [6]>>>,
  Expect<Equal<typeof inferred, Of<readonly [3, number]>>>,
  Expect<Equal<typeof reshapedTo, SymbolicTensor>>,
  Expect<Equal<typeof large, Of<readonly [2352]>>>,
  // Products from 10,000 on are not followed: the mismatch is found when the graph is built.
  Expect<Equal<typeof beyond, Of<readonly [99, 1000]>>>,
  Expect<Equal<typeof reversed, Of<readonly [3, 2, 5]>>>,
  Expect<Equal<typeof permuted, Of<readonly [2, 5, 3]>>>,
  Expect<Equal<typeof fromBehind, Of<readonly [number, 5, 2]>>>,
  Expect<Equal<typeof permutedBy, SymbolicTensor>>,
  Expect<Equal<typeof joined, Of<readonly [2, 7]>>>,
  Expect<Equal<typeof stacked, SymbolicTensor>>,
  Expect<Equal<typeof total, Of<readonly []>>>,
  Expect<Equal<typeof average, Of<readonly []>>>,
  Expect<Equal<typeof overRows, Of<readonly [5, 3]>>>,
  Expect<Equal<typeof overLast, Of<readonly [5, 2]>>>,
  Expect<Equal<typeof kept, Of<readonly [5, 1, 3]>>>,
  Expect<Equal<typeof allKept, Of<readonly [1, 1]>>>,
  Expect<Equal<typeof overSome, SymbolicTensor>>,
  Expect<Equal<typeof overUnknown, SymbolicTensor>>,
];

// One op on host tensors, and functions that are compiled.
const x = tensor(new Float32Array(6), [2, 3]);
const w = tensor(new Float32Array(12), [3, 4]);
const computed = compute(ops.matmul, x, w);
const computedFrom = compute(ops.matmul, [[1, 2]], w);
const computedRelu = compute(relu, x);
// @ts-expect-error -- matmul: inner lengths must agree, got 3 and 2
void compute(ops.matmul, x, x);
// @ts-expect-error -- add: [2, 3] and [3, 4] do not broadcast
void compute(ops.add, x, w);

const traced = trace((p: Of<readonly [2, 3]>, q: Of<readonly [3, 4]>) => relu(ops.matmul(p, q)));
const result = traced(x, w);
const resultOfNumbers = traced([[1, 2, 3]], w);
const loose = trace((p, q) => ops.matmul(p, q));
const looseResult = loose(x, [[1], [2], [3]]);
const several = trace((p: Of<readonly [2, 3]>) => [ops.exp(p), ops.sum(p)] as const);
const severalResults = several(x);
const gradients = valueAndGrad((p: Of<readonly [2, 3]>) => ops.sum(p))(x);
const someGradients = valueAndGrad((p, q) => ops.sum(ops.mul(p, q)), { by: [0] })(x, 2);
// @ts-expect-error -- the arguments are the wrong way round
void traced(w, x);
// @ts-expect-error -- an argument is missing
void traced(x);

export type Functions = [
  Expect<Equal<Awaited<typeof computed>, Tensor<readonly [2, 4]>>>,
  Expect<Equal<Awaited<typeof computedFrom>, Tensor>>,
  Expect<Equal<Awaited<typeof computedRelu>, Tensor<readonly [2, 3]>>>,
  Expect<Equal<Awaited<typeof result>, Tensor<readonly [2, 4]>>>,
  Expect<Equal<Awaited<typeof resultOfNumbers>, Tensor<readonly [2, 4]>>>,
  Expect<Equal<Awaited<typeof looseResult>, Tensor>>,
  Expect<Equal<Awaited<typeof severalResults>, [Tensor<readonly [2, 3]>, Tensor<readonly []>]>>,
  Expect<Equal<Awaited<typeof gradients>, { value: number; gradients: [Tensor<readonly [2, 3]>] }>>,
  Expect<Equal<Awaited<typeof someGradients>, { value: number; gradients: Tensor[] }>>,
];
