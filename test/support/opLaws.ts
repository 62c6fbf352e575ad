import { gradient } from "../../src/autograd/gradient.ts";
import type { OpDefinition } from "../../src/graph/defineOp.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import type { Engine } from "../../src/kernels/engine.ts";
import { sizeOf } from "../../src/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { TestRandom } from "../mutate.ts";
import type { Example, OpCase } from "./opCase.ts";
import { OpRun, runOnce } from "./opRun.ts";
import { inParts } from "./parts.ts";
import { type Sample, difference, draw, drawInputs, samplesOf, withSpecials } from "./sample.ts";

/** A graph of a sample: its op, or its op and the gradients by a cotangent that is one more input. */
interface Graph {
  readonly name: string;
  readonly build: (...xs: SymbolicTensor[]) => readonly SymbolicTensor[];
  readonly inputs: readonly Tensor[];
}

/** Shape of a sample's result by the op's rule. */
function outputOf(s: Sample, engine: Engine): Tensor {
  return runOnce(engine, (...xs) => [s.build(...xs)], drawInputs(s))[0]!;
}

/** The graphs to which the laws of memory and arithmetic apply. */
function graphsOf(s: Sample, engine: Engine): Graph[] {
  const inputs = drawInputs(s);
  const forward: Graph = { name: s.name, build: (...xs) => [s.build(...xs)], inputs };
  const out = outputOf(s, engine);
  if (s.differentiable.length === 0 || out.dtype !== "float32") return [forward];
  const cotangent = draw(new TestRandom(2), out.shape, { from: -1, to: 1 }, "float32");
  const build = (...xs: SymbolicTensor[]): SymbolicTensor[] =>
    gradient(
      s.build(...xs.slice(0, -1)),
      s.differentiable.map((i) => xs[i]!),
      xs.at(-1)!,
    );
  return [forward, { name: `gradient of ${s.name}`, build, inputs: [...inputs, cotangent] }];
}

function fail(graph: { name: string }, law: string, what: string | null): void {
  if (what !== null) throw new Error(`${graph.name}: ${law}, got ${what}`);
}

function compare(
  graph: Graph,
  law: string,
  got: readonly Tensor[],
  expected: readonly Tensor[],
): void {
  expected.forEach((t, i) => fail(graph, law, difference(got[i]!, t)));
}

function place(
  engine: Engine,
  graph: Graph,
  layout: ConstructorParameters<typeof OpRun>[4],
): OpRun {
  return new OpRun(
    engine,
    graph.build,
    graph.inputs.map((t) => t.shape),
    graph.inputs.map((t) => t.dtype),
    layout,
  );
}

/** A number as text, -0 told from 0. */
function print(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}

/** Each example gives what its source says: to the bit, or within its tolerance. */
export function checkExample(engine: Engine, c: OpCase, e: Example): void {
  const call = c.op as (...args: unknown[]) => SymbolicTensor;
  const inputs = e.in.map((value, i) => {
    const domain = Array.isArray(c.domain) ? c.domain[i] : c.domain;
    return tensor(value, undefined, domain?.dtype ?? (domain?.integer ? "int32" : "float32"));
  });
  const [got] = runOnce(engine, (...xs) => [e.attrs ? call(...xs, e.attrs) : call(...xs)], inputs);
  const expected = tensor(e.out, undefined, got!.dtype);
  const { tolerance = 0 } = e;
  const graph = { name: `${c.name}(${JSON.stringify(e.in)})` };
  if (tolerance > 0 && e.why === undefined)
    fail(graph, "an example with a tolerance must say why", "no `why`");
  if (got!.shape.join() !== expected.shape.join()) {
    // Nested arrays cannot say what lies behind an empty axis.
    const same = got!.size === 0 && expected.size === 0;
    fail(
      graph,
      `the shape must be [${expected.shape.join(", ")}]`,
      same ? null : `[${got!.shape.join(", ")}]`,
    );
  }
  expected.data.forEach((v, i) => {
    const x = got!.data[i]!;
    if (Object.is(x, v) || (tolerance > 0 && Math.abs(x - v) <= tolerance)) return;
    fail(graph, `element ${i} must be ${print(v)} within ${tolerance}`, print(x));
  });
}

/** Every element of the shape is written, and none depends on what memory held: padding, buffers, scratch. */
export function checkComplete(engine: Engine, s: Sample): void {
  for (const graph of graphsOf(s, engine)) {
    const results = [0, 255, 0x5a].map((fill) => {
      const run = place(engine, graph, { fill, apart: true });
      const out = run.own(run.run(graph.inputs));
      run.free();
      return out;
    });
    for (const other of results.slice(1))
      compare(graph, "the result must not depend on what memory held before", other, results[0]!);
  }
}

/** Nothing outside the buffers (each padded to 64 bytes) and the declared scratch is written. */
export function checkSentinels(engine: Engine, s: Sample): void {
  for (const graph of graphsOf(s, engine)) {
    const run = place(engine, graph, { apart: true });
    run.run(graph.inputs);
    fail(graph, "only the op's own buffers may be written", run.overrun());
    run.free();
  }
}

/** Reusing and overwriting buffers gives the same bits as keeping them all, and inputs that are kept stay. */
export function checkAliasing(engine: Engine, s: Sample): void {
  for (const graph of graphsOf(s, engine)) {
    const tight = place(engine, graph, {});
    const kept = place(engine, graph, { keepAll: true });
    for (const inputs of [graph.inputs, withSpecials(graph.inputs)]) {
      const all = kept.run(inputs);
      compare(graph, "inputs must stay as they are", kept.inputsAfter(all), inputs);
      compare(
        graph,
        "reused buffers must give the bits that kept ones give",
        tight.own(tight.run(inputs)),
        kept.own(all),
      );
    }
    tight.free();
    kept.free();
  }
  const op = "definition" in s.case.op ? (s.case.op.definition as OpDefinition) : null;
  if (op?.inPlace === undefined || op.view) return;
  const [graph] = graphsOf(s, engine) as [Graph];
  const over = graph.inputs[op.inPlace]!;
  const out = outputOf(s, engine);
  if (over.data.byteLength !== out.data.byteLength) return;
  const run = place(engine, graph, {});
  if (!run.takesOver())
    fail(graph, "an op with inPlace must take its input over", "a buffer of its own");
  run.free();
}

/** One tensor given as several inputs acts as equal tensors would. */
export function checkRepeated(engine: Engine, s: Sample): void {
  const [first, second] = s.shapes;
  if (!second || first!.join() !== second.join() || s.dtypes[0] !== s.dtypes[1]) return;
  const inputs = drawInputs(s);
  const both = [inputs[0]!, inputs[0]!, ...inputs.slice(2)];
  const [apart] = runOnce(engine, (...xs) => [s.build(...xs)], both);
  const [once] = runOnce(engine, (x, ...rest) => [s.build(x!, x!, ...rest)], [
    inputs[0]!,
    ...inputs.slice(2),
  ]);
  fail(s, "the same tensor twice must act as two equal ones", difference(once!, apart!));
}

/** Any split at the kernels' grains, in any order, gives the bits of one thread. */
export function checkSplits(engine: Engine, s: Sample): void {
  for (const graph of graphsOf(s, engine)) {
    const run = place(engine, graph, {});
    for (const inputs of [graph.inputs, withSpecials(graph.inputs)]) {
      const whole = run.own(run.run(inputs));
      for (const parts of [2, 3, 7]) {
        for (const backwards of [false, true]) {
          const got = inParts(engine, parts, backwards, () => run.own(run.run(inputs)));
          compare(
            graph,
            `${parts} parts${backwards ? " run backwards" : ""} must give the bits of one`,
            got,
            whole,
          );
        }
      }
    }
    run.free();
  }
}

/** Two builds give the same bits. */
export function checkSameBits(a: Engine, b: Engine, s: Sample): void {
  for (const graph of graphsOf(s, a)) {
    for (const inputs of [graph.inputs, withSpecials(graph.inputs)]) {
      compare(
        graph,
        `${b.variant} must give the bits of ${a.variant}`,
        runOnce(b, graph.build, inputs),
        runOnce(a, graph.build, inputs),
      );
    }
  }
}

/**
 * A build with fused multiply-add agrees with one without to 32 ulp of the largest element (2^-18): each of
 * our functions is within 4.2 ulp of the truth in both builds (test/unit/math.test.ts), gradients chain
 * several, and the terms of a sum that cancels are about as large as the largest element.
 */
export function checkClose(a: Engine, b: Engine, s: Sample): void {
  for (const graph of graphsOf(s, a)) {
    const other = runOnce(b, graph.build, graph.inputs);
    runOnce(a, graph.build, graph.inputs).forEach((expected, index) => {
      const got = other[index]!;
      let largest = 2 ** -20;
      for (const v of expected.data) largest = Math.max(largest, Math.abs(v));
      const bound = largest * 2 ** -18;
      got.data.forEach((v, i) => {
        const e = expected.data[i]!;
        if (Object.is(v, e) || Math.abs(v - e) <= bound) return;
        fail(graph, `element ${i} of ${b.variant} must be ${e} within ${bound}`, String(v));
      });
    });
  }
}

/** A case has examples, odd sizes, and an empty shape unless it says why not. */
export function checkDeclared(c: OpCase): void {
  if (c.examples.length === 0) fail(c, "a case must have an example", "none");
  const empty = samplesOf(c).some((s) => s.shapes.some((shape) => sizeOf(shape) === 0));
  if (!empty && c.notEmpty === undefined)
    fail(c, "one of the shapes must be empty, or `notEmpty` says why none is", "none");
  const odd = samplesOf(c).some((s) => s.shapes.some((shape) => sizeOf(shape) % 4 !== 0));
  const all = samplesOf(c).every((s) => s.shapes.some((shape) => sizeOf(shape) === 0));
  if (!odd && !all) fail(c, "one of the shapes must not fill whole vectors", "multiples of 4 only");
}
