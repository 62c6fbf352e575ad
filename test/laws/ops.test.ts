import { afterAll, describe, expect, test } from "vitest";
import { BUILDS, engineOf } from "../support/engines.ts";
import { checkGradient, checkSecondGradient } from "../support/finiteDifference.ts";
import type { OpCase } from "../support/opCase.ts";
import { OP_CASES } from "../support/opCases.ts";
import {
  checkAliasing,
  checkClose,
  checkComplete,
  checkDeclared,
  checkExample,
  checkRepeated,
  checkSameBits,
  checkSentinels,
  checkSplits,
} from "../support/opLaws.ts";
import { type Sample, samplesOf } from "../support/sample.ts";
import type { Engine } from "../../src/kernels/engine.ts";

const counts = { cases: OP_CASES.length, samples: 0, checks: 0 };
afterAll(() =>
  console.log(
    `op laws: ${counts.cases} cases, ${counts.samples} samples, ${counts.checks} checks in ${BUILDS.join(", ")}`,
  ),
);

/** A law that every sample of a case must keep, by the simd build. */
function law(c: OpCase, title: string, check: (engine: Engine, s: Sample) => void): void {
  test(title, async () => {
    const engine = await engineOf("simd");
    for (const s of samplesOf(c)) {
      check(engine, s);
      counts.checks++;
    }
  });
}

test("every case has a name of its own", () => {
  const names = OP_CASES.map((c) => c.name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

describe.each(OP_CASES.map((c) => [c.name, c] as const))("%s()", (_, c) => {
  counts.samples += samplesOf(c).length;

  test("declares examples, odd sizes and an empty shape", () => checkDeclared(c));

  test.each(BUILDS)("gives the values of its examples in %s", async (build) => {
    for (const e of c.examples) checkExample(await engineOf(build), c, e);
    counts.checks += c.examples.length;
  });

  law(c, "writes every element of its shape, whatever memory held", checkComplete);
  law(c, "writes nothing behind its buffers", checkSentinels);
  law(c, "gives the same bits whether buffers are reused or kept", checkAliasing);
  law(c, "takes one tensor twice as two equal ones", checkRepeated);
  law(c, "gives the same bits for every split", checkSplits);
  law(c, "has the gradient of its central differences", checkGradient);
  law(c, "has the second gradient of its central differences", checkSecondGradient);

  test.runIf(BUILDS.includes("simd-mt"))("gives the bits of simd in simd-mt", async () => {
    for (const s of samplesOf(c))
      checkSameBits(await engineOf("simd"), await engineOf("simd-mt"), s);
  });
  test.runIf(BUILDS.includes("relaxed"))("agrees with simd in relaxed", async () => {
    for (const s of samplesOf(c)) checkClose(await engineOf("simd"), await engineOf("relaxed"), s);
  });
  test.runIf(BUILDS.includes("relaxed-mt"))("gives the bits of relaxed in relaxed-mt", async () => {
    for (const s of samplesOf(c))
      checkSameBits(await engineOf("relaxed"), await engineOf("relaxed-mt"), s);
  });
});
