import { expect, test } from "vitest";
import { type Op, type OpDefinition, defineOp } from "../../src/graph/defineOp.ts";
import { engineOf } from "../support/engines.ts";
import { checkGradient, checkSecondGradient } from "../support/finiteDifference.ts";
import { type OpCase, opCase } from "../support/opCase.ts";
import * as laws from "../support/opLaws.ts";
import { samplesOf } from "../support/sample.ts";
import type { Engine } from "../../src/kernels/engine.ts";

// The laws are worth what they catch: each test breaks one thing in an op and names the law that sees it.

/** A case of neg with some parts replaced. */
function broken(parts: Partial<OpDefinition>, rest: Partial<OpCase> = {}): OpCase {
  const op: Op = defineOp({
    name: "fake",
    inputs: ["x"],
    shape: ([x]) => x!,
    emit: (k, { x, out }, { size }) => k.neg(x!, out!, size),
    grad: ({ dout }) => [fine(dout)],
    ...parts,
  });
  return {
    ...opCase("fake", op, { examples: [{ in: [[1]], out: [-1] }], shapes: [[[35]]] }),
    ...rest,
  };
}
const fine: Op = defineOp({
  name: "fine",
  inputs: ["x"],
  shape: ([x]) => x!,
  emit: (k, { x, out }, { size }) => k.neg(x!, out!, size),
  grad: ({ dout }) => [fine(dout)],
  inPlace: 0,
});

async function verdict(
  check: (engine: Engine, s: ReturnType<typeof samplesOf>[0]) => void,
  c: OpCase,
): Promise<() => void> {
  const engine = await engineOf("simd");
  return () => samplesOf(c).forEach((s) => check(engine, s));
}

const ALL = [
  laws.checkComplete,
  laws.checkSentinels,
  laws.checkAliasing,
  laws.checkRepeated,
  laws.checkSplits,
  checkGradient,
  checkSecondGradient,
];

test("every law holds for an op without fault", async () => {
  for (const law of ALL) expect(await verdict(law, broken({}))).not.toThrow();
});

test("checkSentinels() catches a write one cache line behind a buffer", async () => {
  const c = broken({ emit: (k, { x, out }, { size }) => k.neg(x!, out!, size + 16) });
  expect(await verdict(laws.checkSentinels, c)).toThrow(
    /byte \d behind the end of a buffer was written/,
  );
});

test("checkSentinels() catches a write before a buffer and far away", async () => {
  const before = broken({ emit: (k, { x, out }, { size }) => k.neg(x!, out! - 4, size) });
  expect(await verdict(laws.checkSentinels, before)).toThrow(/was written/);
  const away = broken({
    emit: (k, { x, out }, { size }) => (k.neg(x!, out!, size), k.neg(x!, out! + 4096, 1)),
  });
  expect(await verdict(laws.checkSentinels, away)).toThrow(/was written/);
});

test("checkSentinels() lets a kernel write the padding of its own buffer", async () => {
  const c = broken({ emit: (k, { x, out }) => k.neg(x!, out!, 48) });
  expect(await verdict(laws.checkSentinels, c)).not.toThrow();
});

test("checkComplete() catches an element that is not written", async () => {
  const c = broken({ emit: (k, { x, out }, { size }) => k.copyBytes(x!, out!, 4 * (size - 1)) });
  expect(await verdict(laws.checkComplete, c)).toThrow(
    /must not depend on what memory held before, got element 34/,
  );
});

test("checkComplete() catches a sum that reads the padding", async () => {
  const c = broken(
    { shape: () => [1], emit: (k, { x, out }) => k.reduceSum(x!, out!, 36, 1, 1) },
    { differentiable: [] },
  );
  expect(await verdict(laws.checkComplete, c)).toThrow(
    /must not depend on what memory held before/,
  );
});

test("checkAliasing() catches an op that reads its input after it wrote over it", async () => {
  // -x, then x - out: 2x, or 0 where out lies on x.
  const c = broken(
    {
      inPlace: 0,
      emit: (k, { x, out }, { size, table }) => {
        k.neg(x!, out!, size);
        k.binary(1, x!, out!, out!, table([1, size, 1, 1]), size);
      },
    },
    { differentiable: [] },
  );
  expect(await verdict(laws.checkAliasing, c)).toThrow(
    /reused buffers must give the bits that kept ones give/,
  );
});

test("checkAliasing() catches an op that spoils its input", async () => {
  const c = broken({
    emit: (k, { x, out }, { size }) => (k.neg(x!, x!, size), k.copyBytes(x!, out!, 4 * size)),
  });
  expect(await verdict(laws.checkAliasing, c)).toThrow(/inputs must stay as they are/);
});

test("checkSplits() catches a command whose parts see each other's results", async () => {
  // One move of overlapping bytes is a copy; in two parts the first has spoiled what the second reads.
  const c = broken(
    {
      shape: ([x]) => [x![0]! + 16],
      emit: (k, { x, out }, { shapes }) => {
        const bytes = 4 * shapes.x![0]!;
        k.copyBytes(x!, out!, bytes);
        k.copyBytes(out!, out! + 64, bytes);
      },
    },
    { shapes: [[[5000]]], differentiable: [] },
  );
  expect(await verdict(laws.checkSplits, c)).toThrow(/must give the bits of one/);
});

test("checkGradient() catches a gradient of the wrong sign, and one that is 1% off", async () => {
  expect(await verdict(checkGradient, broken({ grad: ({ dout }) => [dout] }))).toThrow(
    /gradient by input 0/,
  );
  const slope: Op = defineOp({
    name: "slope",
    inputs: ["x"],
    shape: ([x]) => x!,
    emit: (k, { x, out }, { size }) => k.leakyRelu(x!, out!, 1.01, size),
  });
  expect(await verdict(checkGradient, broken({ grad: ({ dout }) => [fine(slope(dout))] }))).toThrow(
    /gradient by input 0/,
  );
});

test("checkSecondGradient() wants a gradient of the gradient, or a case that says there is none", async () => {
  const opaque: Op = defineOp({ ...fine.definition, name: "opaque", grad: undefined });
  const c = broken({ grad: ({ dout }) => [opaque(dout)] });
  expect(await verdict(checkSecondGradient, c)).toThrow(
    /"opaque" has no gradient; .*say secondOrder: false/,
  );
  expect(await verdict(checkSecondGradient, { ...c, secondOrder: false })).not.toThrow();
  expect(await verdict(checkSecondGradient, broken({}, { secondOrder: false }))).toThrow(
    /must name an op without gradient, got none/,
  );
});

test("checkExample() tells -0 from 0, and wants a reason for a tolerance", async () => {
  const engine = await engineOf("simd");
  const c = broken({});
  expect(() => laws.checkExample(engine, c, { in: [[0]], out: [0] })).toThrow(
    /element 0 must be 0 within 0, got -0/,
  );
  expect(() => laws.checkExample(engine, c, { in: [[0, NaN]], out: [-0, NaN] })).not.toThrow();
  expect(() => laws.checkExample(engine, c, { in: [[1]], out: [-1], tolerance: 1e-6 })).toThrow(
    /must say why/,
  );
  expect(() => laws.checkExample(engine, c, { in: [[1]], out: [[-1]] })).toThrow(
    /the shape must be \[1, 1\], got \[1\]/,
  );
});

test("checkDeclared() wants an example, an empty shape, and one that does not fill whole vectors", () => {
  expect(() => laws.checkDeclared(broken({}, { examples: [] }))).toThrow(/must have an example/);
  expect(() => laws.checkDeclared(broken({}))).toThrow(/must be empty/);
  expect(() => laws.checkDeclared(broken({}, { shapes: [[[0]], [[4]]] }))).toThrow(/whole vectors/);
});
