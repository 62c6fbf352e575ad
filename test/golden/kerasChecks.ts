import type { Shape } from "../../src/shape.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { type Bound, closeBound, trajectoryBound, worstRatio } from "./bounds.ts";
import { type Check, casesOf } from "./check.ts";
import { type Encoded, type GoldenFile, decode, row } from "./golden.ts";
import { KERAS_OPTIMIZERS, kerasOptimizer } from "./kerasOptions.ts";

type Hyper = Readonly<Record<string, unknown>>;

/** Steps with given gradients; the value after each is compared. */
async function follow(
  optimizer: string,
  hyper: Hyper,
  x0: ArrayLike<number>,
  gradients: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  bound: Bound,
  shape: Shape,
): Promise<number> {
  if (!Object.hasOwn(KERAS_OPTIMIZERS, optimizer)) {
    throw new TypeError(`optimizer "${optimizer}" is not known here`);
  }
  const x = Float32Array.from(x0);
  const run = kerasOptimizer(optimizer, hyper).init([x], { shapes: [shape] });
  let worst = 0;
  for (const [t, e] of expected.entries()) {
    await run.step([x], [Float32Array.from(gradients[t]!)]);
    worst = Math.max(worst, worstRatio(x, e, bound));
  }
  return worst;
}

/** The checks of a file of format golden-keras-traj/1. */
export function kerasTrajectoryChecks({ path, content }: GoldenFile): Check[] {
  const { x0, gradients } = content as { x0?: Encoded; gradients?: Encoded };
  return casesOf(content).map(({ id, value }) => {
    const c = value as { optimizer: string; hyper?: Hyper; trajectory_f64?: Encoded };
    const run = async (): Promise<number> => {
      const expected = decode(c.trajectory_f64, "trajectory_f64");
      const given = decode(gradients, "gradients");
      const steps = Array.from({ length: c.trajectory_f64!.shape[0]! }, (_, t) => t);
      return follow(
        c.optimizer,
        c.hyper ?? {},
        decode(x0, "x0"),
        steps.map((t) => row(gradients!, given, t)),
        steps.map((t) => row(c.trajectory_f64!, expected, t)),
        trajectoryBound,
        x0!.shape,
      );
    };
    return {
      file: path,
      group: String(c.optimizer),
      id,
      run,
    };
  });
}

/** A case of optim/keras_test_numbers.json: plain numbers, nested or not. */
interface Fact {
  readonly optimizer?: string;
  readonly hyper?: Hyper;
  readonly x0?: readonly unknown[];
  readonly gradients?: readonly (readonly unknown[])[];
  readonly expected_after_each_step?: readonly (readonly unknown[])[];
  readonly tolerance?: number;
  readonly gradient?: readonly number[];
  readonly clipnorm?: number;
  readonly clipvalue?: number;
  readonly expected?: number | readonly number[];
}

const shapeOf = (values: unknown): number[] =>
  Array.isArray(values) ? [values.length, ...shapeOf(values[0])] : [];

const flat = (values: readonly unknown[] | undefined): number[] =>
  (values ?? []).flat(9).map(Number);

/** Keras checks its clipping to 4 digits where it states no tolerance. */
const FACT_TOLERANCE = 1e-4;

/** Value 2, no gradient, learning rate 1, decay .004: three steps of any optimizer. */
async function decayOfAll(expected: number, bound: Bound): Promise<number> {
  let worst = 0;
  // Ftrl's weights follow from its sums alone, here and in Keras: what decay did to them is gone.
  for (const name of Object.keys(KERAS_OPTIMIZERS).filter((n) => n !== "ftrl")) {
    const x = Float32Array.of(2);
    const run = kerasOptimizer(name, { learning_rate: 1, weight_decay: 0.004 }).init([x]);
    for (let t = 0; t < 3; t++) await run.step([x], [Float32Array.of(0)]);
    worst = Math.max(worst, worstRatio(x, [expected], bound));
  }
  return worst;
}

async function runFact(c: Fact): Promise<number> {
  const tolerance = c.tolerance ?? FACT_TOLERANCE;
  const bound = closeBound(tolerance, tolerance);
  if (c.optimizer !== undefined) {
    const steps = (c.expected_after_each_step ?? []).map(flat);
    if (steps.length === 0) throw new TypeError(`"expected_after_each_step" is missing`);
    return follow(
      c.optimizer,
      c.hyper ?? {},
      flat(c.x0),
      (c.gradients ?? []).map(flat),
      steps,
      bound,
      shapeOf(c.x0),
    );
  }
  if (c.gradient) {
    const x = new Float32Array(c.gradient.length);
    const clipping = { clipNorm: c.clipnorm ?? null, clipValue: c.clipvalue ?? null };
    await sgd({ learningRate: 1, ...clipping })
      .init([x])
      .step([x], [Float32Array.from(c.gradient)]);
    return worstRatio(
      x.map((v) => 0 - v),
      c.expected as readonly number[],
      bound,
    );
  }
  if (typeof c.expected === "number") return decayOfAll(c.expected, bound);
  throw new TypeError(
    `must have an "optimizer", a "gradient" to clip, or the number that weight decay gives`,
  );
}

/** The checks of a file of format golden-keras-facts/1. */
export function kerasFactChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const c = value as Fact;
    const group = c.optimizer ?? (c.gradient ? "clipping" : "weight decay");
    return {
      file: path,
      group,
      id,
      run: async () => runFact(c),
    };
  });
}
