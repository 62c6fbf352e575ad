import { expect, test } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { Trial } from "../../src/kernels/trial.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { OpRun } from "../support/opRun.ts";

/** A trial of two ways that take so many milliseconds at their nth call, by a clock of its own. */
function trialOf(cost: (index: number, call: number) => number, tick: number = 1e-6) {
  let time = 0;
  const calls = [0, 0];
  const trial = new Trial(
    (index) => {
      time += cost(index, calls[index]!++);
    },
    () => Math.floor(time / tick) * tick,
  );
  const between = (ms: number) => (time += ms);
  return { trial, calls, between, time: () => time };
}

/** Rounds with so much other work between them, until there is an answer: it, and the rounds. */
function decide({ trial, between }: ReturnType<typeof trialOf>, pause = 20): [number, number] {
  for (let round = 1; ; round++) {
    const speed = trial.step();
    if (speed !== null) return [speed, round];
    between(pause);
  }
}

test("Trial tells how much faster the second way is", () => {
  const [speed, rounds] = decide(trialOf((index) => (index === 0 ? 0.0025 : 0.002)));
  expect(speed).toBeCloseTo(1.25, 1);
  expect(rounds).toBe(9);
});

test("Trial forgets what it timed before a way was compiled anew", () => {
  // Both begin at a quarter of their speed; the second one gets there much later, and is the faster one then.
  const cost = (index: number, call: number) =>
    index === 0 ? (call < 100 ? 0.008 : 0.002) : call < 300 ? 0.0064 : 0.0016;
  const [speed] = decide(trialOf(cost));
  expect(speed).toBeCloseTo(1.25, 1);
});

test("Trial reads coarse clocks from tick to tick", () => {
  const given = trialOf((index) => (index === 0 ? 0.0025 : 0.002), 1);
  const [speed] = decide(given);
  expect(speed).toBeCloseTo(1.25, 1);
});

test("Trial is no more than a part in ten of the time", () => {
  const given = trialOf(() => 0.002);
  let work = 0;
  while (given.trial.step() === null) work += given.between(0.5) && 0.5;
  expect(work).toBeGreaterThan(0.85 * given.time());
});

test("Trial gives up where the clock does not tick", () => {
  const given = trialOf(() => 0);
  expect(given.trial.step()).toBe(0);
  expect(given.calls[0]! + given.calls[1]!).toBeLessThan(3000);
});

test("Trial ends where speeds never settle", () => {
  let factor = 1;
  const { trial, between } = trialOf(() => 0.1 * factor);
  let rounds = 1;
  for (; trial.step() === null; rounds++) {
    factor *= 0.8;
    between(20);
  }
  expect(rounds).toBe(60);
});

test("an engine uses the tile that was asked for, and says so", async () => {
  const engine = await createEngine({ variant: "simd", tile: "4x8x4" });
  expect(engine.info().tile).toBe("4x8x4");
  expect(engine.info().notes[2]).toBe("products in tiles of 4x8x4: as asked");
  await engine.extend();
  expect(engine.info().tile).toBe("4x8x4");
});

test("a tile that the build does not have is refused", async () => {
  const wrong = createEngine({ variant: "simd", tile: "6x8" });
  await expect(wrong).rejects.toThrow(OptionError);
  await expect(wrong).rejects.toThrow(
    'init: tile must be 4x8 or 4x8x4 in the build simd, got "6x8"; leave it out for the faster one',
  );
});

test("large runs settle the tile by a trial and small ones do not; no bit changes", async () => {
  const engine = await createEngine({ variant: "simd" });
  const productOf = (n: number) => {
    const x = tensor(
      Float32Array.from({ length: n * n }, (_, i) => Math.sin(i)),
      [n, n],
    );
    const run = new OpRun(
      engine,
      (a, b) => [matmul(a!, b!)],
      [x.shape, x.shape],
      [x.dtype, x.dtype],
    );
    return () => run.run([x, x])[0]!.data;
  };
  const small = productOf(20);
  for (let i = 0; i < 50; i++) small();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(engine.tiles.settled).toBe(false);
  expect(engine.info().notes[2]).toMatch(/^products in tiles of 4x8: no run was large enough/);

  const large = productOf(220);
  const before = large();
  const until = performance.now() + 10_000;
  while (!engine.tiles.settled && performance.now() < until) {
    expect(large()).toEqual(before);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { tile, notes } = engine.info();
  expect(notes[2]).toMatch(
    new RegExp(
      `^products in tiles of ${tile}: 4x8x4 ran at \\d\\.\\d\\d of the speed of 4x8 in a trial$`,
    ),
  );
  expect(large()).toEqual(before);
});
