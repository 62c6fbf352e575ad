import { type LayerTensor, type Shape, input, tensor } from "../../src/index.ts";
import type { SymbolicTensor, Tensor } from "../../src/index.ts";
import type { Equal, Expect } from "./expect.ts";

const values = new Float32Array(6);
const shape: number[] = [2, 3];

const literal = tensor(values, [2, 3]);
const again = tensor(literal);
const mixed = tensor(values, [shape.length, 3]);
const unknown = tensor(values, shape);
const nested = tensor([
  [1, 2],
  [3, 4],
]);
const scalar = tensor(values, []);
const image = input([28, 28, 1]);
const any = input(shape);

export type Cases = [
  Expect<Equal<typeof literal, Tensor<readonly [2, 3]>>>,
  Expect<Equal<typeof literal.shape, readonly [2, 3]>>,
  Expect<Equal<typeof again, Tensor<readonly [2, 3]>>>,
  Expect<Equal<typeof mixed, Tensor<readonly [number, 3]>>>,
  Expect<Equal<typeof unknown, Tensor>>,
  Expect<Equal<typeof nested, Tensor>>,
  Expect<Equal<typeof scalar, Tensor<readonly []>>>,
  Expect<Equal<typeof image, LayerTensor<readonly [28, 28, 1]>>>,
  Expect<Equal<typeof any, LayerTensor>>,
  Expect<Equal<Tensor, Tensor<Shape>>>,
];

// A tensor of a known shape stands where any may, not the other way round.
export const wide: Tensor = literal;
export const symbolic: SymbolicTensor = {} as SymbolicTensor<readonly [2]>;
// @ts-expect-error -- an axis has another length
export const wrong: Tensor<readonly [3, 2]> = literal;
// @ts-expect-error -- another rank
export const flat: Tensor<readonly [6]> = literal;
// @ts-expect-error -- the shape is not known
export const narrow: Tensor<readonly [2, 3]> = unknown;
// @ts-expect-error -- what is wanted does not decide what is made
export const wanted: Tensor<readonly [2, 3]> = tensor(values, [3, 2]);
// @ts-expect-error -- nor where nothing says it
export const asked: Tensor<readonly [2, 3]> = tensor(values);
