import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { type DType, type Shape, allocate, sizeOf } from "../../src/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { TestRandom } from "../mutate.ts";
import type { Domain, OpCase } from "./opCase.ts";

/** One generated test of a case: shapes and attributes are chosen. */
export interface Sample {
  readonly name: string;
  readonly case: OpCase;
  readonly shapes: readonly Shape[];
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly domains: readonly Domain[];
  readonly dtypes: readonly DType[];
  /** Inputs with a gradient. */
  readonly differentiable: readonly number[];
  /** The op with its attributes. */
  build(...xs: SymbolicTensor[]): SymbolicTensor;
}

const ANY: Domain = { from: -2, to: 2 };

/** Every combination of a case's shapes and attributes. */
export function samplesOf(c: OpCase): Sample[] {
  const call = c.op as (...args: unknown[]) => SymbolicTensor;
  return (c.attrs ?? [{}]).flatMap((attrs) =>
    c.shapes.map((shapes): Sample => {
      const domains = shapes.map(
        (_, i) => (Array.isArray(c.domain) ? c.domain[i] : c.domain) ?? ANY,
      );
      const dtypes = domains.map((d) => d.dtype ?? (d.integer ? "int32" : "float32"));
      const floats = dtypes.flatMap((d, i) => (d === "float32" ? [i] : []));
      const text = [
        ...shapes.map((s) => `[${s.join(", ")}]`),
        ...(Object.keys(attrs).length ? [JSON.stringify(attrs)] : []),
      ];
      return {
        name: `${c.name}(${text.join(", ")})`,
        case: c,
        shapes,
        attrs,
        domains,
        dtypes,
        differentiable: c.differentiable ?? floats,
        build: (...xs) => (Object.keys(attrs).length ? call(...xs, attrs) : call(...xs)),
      };
    }),
  );
}

/** Elements are multiples of this: a step of 2^-6 away is then a float32 as well. */
const UNIT = 2 ** -12;

/** A tensor of a domain. */
export function draw(random: TestRandom, shape: Shape, domain: Domain, dtype: DType): Tensor {
  const size = sizeOf(shape);
  const data = allocate(dtype, size);
  const { from, to, avoid = [] } = domain;
  if (domain.distinct) {
    const order = Array.from({ length: size }, (_, i) => i);
    for (let i = size - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const gap = Math.max(0.0703125, (to - from) / Math.max(size, 1));
    order.forEach((rank, i) => (data[i] = Math.round((from + rank * gap) / UNIT) * UNIT));
    return new Tensor(data, shape, dtype);
  }
  const near = (v: number): boolean => avoid.some((point) => Math.abs(v - point) < 0.05);
  for (let i = 0; i < size; i++) {
    let v: number;
    do {
      const share = random.integer(2 ** 24) / 2 ** 24;
      v = from + share * (to - from);
      v = dtype === "float32" ? Math.floor(v / UNIT) * UNIT : Math.floor(v);
    } while (near(v));
    data[i] = v;
  }
  return new Tensor(data, shape, dtype);
}

/** Inputs of a sample: the same for the same seed. */
export function drawInputs(s: Sample, seed: number = 1): Tensor[] {
  const random = new TestRandom(seed);
  return s.shapes.map((shape, i) => draw(random, shape, s.domains[i]!, s.dtypes[i]!));
}

const SPECIALS = [NaN, Infinity, -Infinity, -0, 0, 1e-40, -3e38, 2 ** -126];

/** The inputs with every third float replaced by NaN, an infinity, a zero, a denormal or a huge number. */
export function withSpecials(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((t) => {
    if (t.dtype !== "float32") return t;
    const data = t.data.slice();
    for (let i = 0; i < data.length; i += 3) data[i] = SPECIALS[(i / 3) % SPECIALS.length]!;
    return new Tensor(data, t.shape, t.dtype);
  });
}

/** First place where two tensors differ, NaN and -0 told apart; null where none does. */
export function difference(a: Tensor, b: Tensor): string | null {
  if (a.shape.join() !== b.shape.join() || a.dtype !== b.dtype)
    return `${a.toString()} and ${b.toString()}`;
  for (let i = 0; i < a.size; i++) {
    if (!Object.is(a.data[i], b.data[i]))
      return `element ${i} of ${a.size}: ${a.data[i]} and ${b.data[i]}`;
  }
  return null;
}
