import { gradient } from "../autograd/gradient.ts";
import { ShapeError } from "../errors.ts";
import { type SymbolicTensor, leaf } from "../graph/symbolic.ts";
import type { Attrs, Op } from "../graph/defineOp.ts";
import type {
  ArgumentAttrs,
  ArgumentShapes,
  ResultShape,
  ShapedOp,
  Unruled,
} from "../graph/shapedOp.ts";
import { SymbolicTensor as Symbolic } from "../graph/symbolic.ts";
import { type Engine, sharedEngine } from "../kernels/engine.ts";
import { reclaimWith } from "../memory/reclaim.ts";
import { regionsOf } from "../memory/regions.ts";
import { type DType, type Shape, allocate, bytesOf, printShape, sizeOf } from "../shape.ts";
import type { Apply, ShapeMismatch, ShapeRule } from "../tensor/shapeTypes.ts";
import { Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";
import { type CompiledPlan, Plan, compile, workBytes } from "./plan.ts";

/** A function of symbolic tensors that gives one or several. */
export type SymbolicFunction = (
  ...xs: SymbolicTensor[]
) => SymbolicTensor | readonly SymbolicTensor[];

/** Host tensors for what a traced function gives. */
type HostTensors<Tensors extends readonly SymbolicTensor[]> = {
  -readonly [K in keyof Tensors]: Tensors[K] extends SymbolicTensor<infer S> ? Tensor<S> : Tensor;
};

/** The arguments of `compute`, or where their shapes do not fit, what no tensor is. */
type AcceptedHostArgs<
  Rule extends ShapeRule,
  A extends Attrs,
  Args extends readonly (TensorLike | Partial<A>)[],
> =
  Apply<Rule, ArgumentShapes<Args>, ArgumentAttrs<Args>> extends ShapeMismatch<infer Message>
    ? readonly [Tensor & ShapeMismatch<Message>, ...(TensorLike | Partial<A>)[]]
    : Args;

/** What a traced function is called with: a host tensor of the shape that an argument declares, or plain numbers. */
type HostArguments<Args extends readonly SymbolicTensor[]> = {
  [K in keyof Args]: Args[K] extends SymbolicTensor<infer S>
    ? Tensor<S> | Exclude<TensorLike, Tensor>
    : TensorLike;
};

/** Copies a tensor's bytes out of linear memory. */
function readTensor(engine: Engine, address: number, shape: Shape, dtype: DType): Tensor {
  const size = sizeOf(shape);
  const data = allocate(dtype, size);
  new Uint8Array(data.buffer).set(engine.u8.subarray(address, address + size * bytesOf(dtype)));
  return new Tensor(data, shape, dtype);
}

/** A compiled graph with an arena of its own. */
class Traced {
  private readonly compiled: CompiledPlan;
  private readonly plan: Plan;
  private readonly engine: Engine;
  private readonly arena: number;
  private readonly inputs: readonly SymbolicTensor[];
  private runs = 0;

  constructor(
    engine: Engine,
    inputs: readonly SymbolicTensor[],
    outputs: readonly SymbolicTensor[],
  ) {
    this.engine = engine;
    this.inputs = inputs;
    const named = Object.fromEntries(outputs.map((t, i) => [String(i), t]));
    this.compiled = compile({ name: "trace", inputs, outputs: named });
    this.arena = regionsOf(engine).allocate(workBytes(this.compiled, engine.threads));
    try {
      this.plan = Plan.place(this.compiled, engine, {
        leaf: unplaced,
        pin: unplaced,
        arena: this.arena,
      });
    } catch (error) {
      regionsOf(engine).free(this.arena);
      throw error;
    }
  }

  run(values: readonly Tensor[]): Tensor[] {
    this.inputs.forEach((t, i) => {
      const { data } = values[i]!;
      this.engine.u8.set(
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
        this.plan.address(t),
      );
    });
    this.plan.setUint("stepLow", this.runs++); // random ops draw anew at each call
    this.plan.run();
    return Object.entries(this.compiled.outputs).map(([name, t]) =>
      readTensor(this.engine, this.plan.output(name), t.shape, t.dtype),
    );
  }

  free(): void {
    this.plan.free();
    regionsOf(this.engine).free(this.arena);
  }
}

function unplaced(): never {
  throw new ShapeError("trace: parameters and state belong to models; pass tensors as arguments");
}

/** Host tensors as leaves of their shapes and dtypes. */
function leavesOf(values: readonly Tensor[]): SymbolicTensor[] {
  return values.map((t, i) => leaf("input", `x${i}`, t.shape, t.dtype));
}

/** Plans by the shapes of the arguments; they live as long as the function. */
class PlanCache {
  private readonly plans = new Map<string, Traced>();
  private readonly build: (leaves: SymbolicTensor[]) => readonly SymbolicTensor[];

  constructor(build: (leaves: SymbolicTensor[]) => readonly SymbolicTensor[]) {
    this.build = build;
  }

  async run(args: readonly TensorLike[]): Promise<Tensor[]> {
    const values = args.map((a) => tensor(a));
    const engine = await sharedEngine();
    const key = values.map((t) => `${t.dtype}${printShape(t.shape)}`).join();
    let traced = this.plans.get(key);
    if (!traced) {
      const leaves = leavesOf(values);
      const outputs = this.build(leaves);
      traced = await engine.withKernels(() => new Traced(engine, leaves, outputs));
      this.plans.set(key, traced);
    }
    return traced.run(values);
  }

  free(): void {
    for (const traced of this.plans.values()) traced.free();
    this.plans.clear();
  }
}

function listOf(result: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  return result instanceof Symbolic ? [result] : result;
}

/**
 * Compiles a function of symbolic tensors: the first call with some shapes builds a plan, later calls
 * run it. Returns one tensor, or a list where the function returns a list.
 *
 * @example
 *     const f = trace((x, w) => relu(matmul(x, w)));
 *     const y = await f([[1, 2]], [[3], [4]]);
 */
export function trace<const Args extends readonly SymbolicTensor[], S extends Shape>(
  fn: (...xs: Args) => SymbolicTensor<S>,
): (...xs: HostArguments<Args>) => Promise<Tensor<S>>;
export function trace<
  const Args extends readonly SymbolicTensor[],
  const Outputs extends readonly SymbolicTensor[],
>(fn: (...xs: Args) => Outputs): (...xs: HostArguments<Args>) => Promise<HostTensors<Outputs>>;
export function trace(fn: SymbolicFunction): (...xs: TensorLike[]) => Promise<Tensor | Tensor[]> {
  let single = false;
  const cache = new PlanCache((leaves) => {
    const result = fn(...leaves);
    single = result instanceof Symbolic;
    return listOf(result);
  });
  const call = async (...xs: TensorLike[]): Promise<Tensor | Tensor[]> => {
    const outputs = await cache.run(xs);
    return single ? outputs[0]! : outputs;
  };
  reclaimWith(call, cache);
  return call;
}

/**
 * The value of a scalar function and its gradients by its arguments.
 *
 * @param by  positions of the arguments that gradients are wanted by; all if left out
 *
 * @example
 *     const { value, gradients } = await valueAndGrad((w) => sum(mul(w, w)))([1, 2]);   // gradients[0]: [2, 4]
 */
export function valueAndGrad<const Args extends readonly SymbolicTensor[]>(
  fn: (...xs: Args) => SymbolicTensor,
  options?: { readonly by?: undefined },
): (...xs: HostArguments<Args>) => Promise<{ value: number; gradients: HostTensors<Args> }>;
export function valueAndGrad<const Args extends readonly SymbolicTensor[]>(
  fn: (...xs: Args) => SymbolicTensor,
  options?: { readonly by?: readonly number[] },
): (...xs: HostArguments<Args>) => Promise<{ value: number; gradients: Tensor[] }>;
export function valueAndGrad(
  fn: (...xs: SymbolicTensor[]) => SymbolicTensor,
  { by }: { readonly by?: readonly number[] } = {},
): (...xs: TensorLike[]) => Promise<{ value: number; gradients: Tensor[] }> {
  const cache = new PlanCache((leaves) => {
    const value = fn(...leaves);
    return [value, ...gradient(value, by ? by.map((i) => leaves[i]!) : leaves)];
  });
  const call = async (...xs: TensorLike[]): Promise<{ value: number; gradients: Tensor[] }> => {
    const [value, ...gradients] = await cache.run(xs);
    return { value: value!.item(), gradients };
  };
  reclaimWith(call, cache);
  return call;
}

/**
 * Runs one op on host tensors: for play and for tests.
 *
 * @example
 *     const y = await compute(relu, [-1, 2]);          // [0, 2]
 *     await compute(matmul, a, b, { transposeB: true })
 */
export function compute<
  Rule extends ShapeRule,
  A extends Attrs,
  const Args extends readonly (TensorLike | Partial<A>)[],
>(
  op: ShapedOp<Rule, A>,
  ...args: AcceptedHostArgs<Rule, A, Args>
): Promise<Tensor<ResultShape<Rule, Args>>>;
export function compute<A extends Attrs>(
  op: (Op<A> | ((...xs: SymbolicTensor[]) => SymbolicTensor)) & Unruled,
  ...args: (TensorLike | Partial<A>)[]
): Promise<Tensor>;
export async function compute<A extends Attrs>(
  op: Op<A> | ((...xs: SymbolicTensor[]) => SymbolicTensor),
  ...args: (TensorLike | Partial<A>)[]
): Promise<Tensor> {
  const last = args.at(-1);
  const hasAttrs =
    typeof last === "object" &&
    !(last instanceof Tensor) &&
    !Array.isArray(last) &&
    !ArrayBuffer.isView(last);
  const values = (hasAttrs ? args.slice(0, -1) : args).map((a) => tensor(a as TensorLike));
  const leaves = leavesOf(values);
  const call = op as (...xs: unknown[]) => SymbolicTensor;
  const outputs = [hasAttrs ? call(...leaves, last) : call(...leaves)];
  const engine = await sharedEngine();
  const traced = await engine.withKernels(() => new Traced(engine, leaves, outputs));
  try {
    return traced.run(values)[0]!;
  } finally {
    traced.free();
  }
}
