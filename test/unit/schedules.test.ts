import { describe, expect, it } from "vitest";
import { cosineDecay } from "../../src/optim/schedules/cosineDecay.ts";
import { cyclic } from "../../src/optim/schedules/cyclic.ts";
import { exponentialDecay } from "../../src/optim/schedules/exponentialDecay.ts";
import { noam } from "../../src/optim/schedules/noam.ts";
import { oneCycle } from "../../src/optim/schedules/oneCycle.ts";
import { polynomialDecay } from "../../src/optim/schedules/polynomialDecay.ts";
import { warmup } from "../../src/optim/schedules/warmup.ts";
import { lbfgs } from "../../src/optim/lbfgs.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { plateauStart, plateauStep } from "../../src/train/callbacks/plateau.ts";

const first = (at: (t: number) => number, n: number): number[] =>
  Array.from({ length: n }, (_, t) => at(t));

describe("schedules", () => {
  it("warmup() rises to what follows, which begins where the rise ends", () => {
    const after = cosineDecay({ initialLearningRate: 0.8, decaySteps: 2, alpha: 0.25 });
    const { at } = warmup({ after, steps: 4, startFactor: 0.5 });
    const expected = [0.4, 0.5, 0.6, 0.7, 0.8, 0.5, 0.2, 0.2];
    first(at, 8).forEach((x, t) => expect(x).toBeCloseTo(expected[t]!, 14));
  });

  it("cosineDecay() has its floor as a fraction or as a rate, and stays there", () => {
    const options = { initialLearningRate: 2, decaySteps: 4 };
    const fraction = cosineDecay({ ...options, alpha: 0.1 });
    const rate = cosineDecay({ ...options, minimumLearningRate: 0.2 });
    expect(first(fraction.at, 9)).toEqual(first(rate.at, 9));
    expect(fraction.at(100)).toBe(0.2);
    expect(() => cosineDecay({ ...options, alpha: 0.1, minimumLearningRate: 1 })).toThrow(
      "not both",
    );
  });

  it("noam() is largest where the rise ends", () => {
    const { at } = noam({ modelSize: 64, warmupSteps: 10 });
    expect(at(9)).toBeCloseTo(1 / 8 / Math.sqrt(10), 14);
    expect(at(4)).toBeCloseTo(at(9) / 2, 14);
    expect(at(39)).toBeCloseTo(at(9) / 2, 14);
  });

  it("polynomialDecay() with cycle lengthens its way", () => {
    const { at } = polynomialDecay({
      initialLearningRate: 1,
      endLearningRate: 0,
      decaySteps: 4,
      cycle: true,
    });
    expect(first(at, 9)).toEqual([1, 0.75, 0.5, 0.25, 0, 3 / 8, 2 / 8, 1 / 8, 0]);
  });

  it("oneCycle() in three phases comes back to the first rate, and holds the last", () => {
    const { at } = oneCycle({
      maxLearningRate: 1,
      totalSteps: 11,
      riseShare: 5 / 11,
      divFactor: 10,
      finalDivFactor: 10,
      anneal: "linear",
      threePhase: true,
    });
    [0.1, 0.325, 0.55, 0.775, 1, 0.775, 0.55, 0.325, 0.1, 0.055, 0.01, 0.01].forEach((x, t) =>
      expect(at(t)).toBeCloseTo(x, 12),
    );
  });

  it("cyclic() with expRange shrinks at every step", () => {
    const { at } = cyclic({ maxLearningRate: 1, stepsUp: 2, mode: "expRange", gamma: 0.5 });
    expect(first(at, 5)).toEqual([0, 0.25, 0.25, 0.0625, 0]);
  });

  it("a cycled momentum takes the place of the optimizer's", () => {
    const learningRate = cyclic({ maxLearningRate: 1, stepsUp: 2, momentum: [0.9, 0.8] });
    const { definition, options, schedule } = sgd({ learningRate, momentum: 0.5 });
    expect(first(schedule!.momentumAt!, 3).map((m) => Number(m.toFixed(12)))).toEqual([
      0.9, 0.85, 0.8,
    ]);
    expect(definition.slots(options)).toEqual(["v"]);
  });

  it("staircase holds the rate between multiples of decaySteps", () => {
    const options = { initialLearningRate: 8, decaySteps: 3, decayRate: 0.5, staircase: true };
    expect(first(exponentialDecay(options).at, 7)).toEqual([8, 8, 8, 4, 4, 4, 2]);
  });

  it("what cannot be is named", () => {
    expect(() => noam({ warmupSteps: 0 })).toThrow("noam: warmupSteps must be > 0, got 0");
    expect(() => cosineDecay({ lr: 1 } as object)).toThrow('cosineDecay: unknown option "lr"');
    expect(() => exponentialDecay({ initialLearningRate: 1, unit: "batch" as "step" })).toThrow(
      'unit must be "step" or "epoch"',
    );
  });
});

describe("plateaus", () => {
  const rule = {
    mode: "min",
    factor: 0.5,
    patience: 2,
    minDelta: 0.1,
    thresholdMode: "abs",
    cooldown: 0,
    minLearningRate: 0,
    dialect: "keras",
  } as const;
  const rates = (own: object, values: readonly number[]): number[] => {
    const all = { ...rule, ...own };
    let state = plateauStart(all);
    let rate = 1;
    return values.map((value) => {
      ({ state, rate } = plateauStep(all, state, value, rate));
      return rate;
    });
  };

  it("Keras's comes one epoch before PyTorch's", () => {
    const values = [1, 1, 1, 1, 1, 1, 1];
    expect(rates({}, values)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25, 0.125]);
    expect(rates({ dialect: "torch" }, values)).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25]);
  });

  it("an improvement must be larger than minDelta, NaN is none", () => {
    expect(rates({}, [1, 0.95, 0.95])).toEqual([1, 1, 0.5]);
    expect(rates({}, [1, 0.85, 0.7, NaN, NaN])).toEqual([1, 1, 1, 1, 0.5]);
    expect(rates({ thresholdMode: "rel", mode: "max" }, [10, 10.9, 10.9])).toEqual([1, 1, 0.5]);
  });

  it("nothing is counted in the cooldown, whose last epoch Keras counts already", () => {
    expect(rates({ cooldown: 2 }, [1, 1, 1, 1, 1, 1])).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25]);
  });

  it("the rate does not fall below minLearningRate", () => {
    expect(rates({ patience: 1, minLearningRate: 0.3 }, [1, 1, 1, 1])).toEqual([1, 0.5, 0.3, 0.3]);
  });
});

describe("lbfgs()", () => {
  const bowl = async (x: Float64Array): Promise<{ value: number; gradient: Float64Array }> => ({
    value: x.reduce((sum, v, i) => sum + (i + 1) * v * v, 0),
    gradient: x.map((v, i) => 2 * (i + 1) * v),
  });

  it("finds the bottom of a quadratic bowl, with and without a line search", async () => {
    for (const lineSearch of ["strongWolfe", null] as const) {
      const x = Float64Array.of(3, -2, 1, 5);
      const run = lbfgs({ lineSearch, maxIterations: 50 }).start();
      expect(await run.step(bowl, x)).toBe(9 + 8 + 3 + 100);
      expect(Math.max(...x.map(Math.abs))).toBeLessThan(1e-5);
    }
  });

  it("stays where the gradient is 0", async () => {
    const x = Float64Array.of(0, 0);
    expect(await lbfgs().start().step(bowl, x)).toBe(0);
    expect([...x]).toEqual([0, 0]);
  });
});
