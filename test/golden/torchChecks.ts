import type { ArrayOptimizer } from "../../src/optim/arrayOptimizer.ts";
import { lbfgs } from "../../src/optim/lbfgs.ts";
import { trajectoryBound, worstRatio } from "./bounds.ts";
import { type Check, casesOf } from "./check.ts";
import { type Encoded, type GoldenFile, decode, row } from "./golden.ts";
import { TORCH_OPTIMIZERS, type TorchHyper } from "./torchOptions.ts";
import { torchSchedule } from "./torchSchedules.ts";

/** A case of optim/torch_optimizers.json. */
interface TorchCase {
  readonly kind: string;
  readonly optimizer: string;
  readonly hyper?: TorchHyper;
  readonly hyper_groups?: readonly TorchHyper[];
  readonly gradients?: string;
  readonly note?: string;
  readonly x0?: Encoded;
  readonly scheduler?: string;
  readonly trajectory_f64: Encoded | readonly Encoded[];
}

/** What all cases of the file share. */
interface TorchFile {
  readonly params0?: readonly Encoded[];
  readonly gradient_sequences?: Readonly<Record<string, readonly Encoded[]>>;
}

/** Parameters that one optimizer updates together. */
interface Group {
  readonly members: readonly number[];
  readonly run: ArrayOptimizer;
}

function rosenbrockValue(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i]!, x[i + 1]!];
    sum += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
  }
  return sum;
}

function rosenbrock(x: Float32Array | Float64Array): Float64Array {
  const g = new Float64Array(x.length);
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i]!, x[i + 1]!];
    g[i]! += -400 * a * (b - a * a) - 2 * (1 - a);
    g[i + 1]! += 200 * (b - a * a);
  }
  return g;
}

async function runRosenbrock(c: TorchCase): Promise<number> {
  const x = Float32Array.from(decode(c.x0, "x0"));
  const tensor = c.trajectory_f64 as Encoded;
  const expected = decode(tensor, "trajectory_f64");
  const run = TORCH_OPTIMIZERS[c.optimizer]!(c.hyper!).init([x]);
  let worst = 0;
  for (let t = 0; t < tensor.shape[0]!; t++) {
    await run.step([x], [Float32Array.from(rosenbrock(x))]);
    worst = Math.max(worst, worstRatio(x, row(tensor, expected, t), trajectoryBound));
  }
  return worst;
}

/** Which parameter has no gradient, and when: as the note says. */
function missingGradient({ note = "" }: TorchCase): {
  parameter: number;
  isMissing: (t: number) => boolean;
} {
  const said = /parameter (\d+).*t % (\d+) == (\d+)/.exec(note);
  if (!said)
    throw new TypeError(
      `note must say which "parameter n" has no gradient at "t % n == m", got ${JSON.stringify(note)}`,
    );
  const [parameter, period, phase] = said.slice(1).map(Number) as [number, number, number];
  return { parameter, isMissing: (t) => t % period === phase };
}

/** Group i holds parameter i, the last one all that follow. */
function groupsOf(c: TorchCase, params: readonly Float32Array[]): Group[] {
  const schedule =
    c.scheduler === undefined
      ? undefined
      : torchSchedule(c.scheduler, { ...c }, Number(c.hyper!["lr"]));
  const group = (members: readonly number[], hyper: TorchHyper): Group => {
    const optimizer = TORCH_OPTIMIZERS[c.optimizer]!(schedule ? { ...hyper, lr: schedule } : hyper);
    return { members, run: optimizer.init(members.map((i) => params[i]!)) };
  };
  const all = params.map((_, i) => i);
  if (c.hyper_groups) {
    const last = c.hyper_groups.length - 1;
    return c.hyper_groups.map((own, i) =>
      group(i === last ? all.slice(i) : [i], { ...c.hyper, ...own }),
    );
  }
  // A parameter that is sometimes without a gradient counts its own steps.
  if (c.kind === "missing_gradient") return all.map((i) => group([i], c.hyper!));
  return [group(all, c.hyper!)];
}

async function runSequences(file: TorchFile, c: TorchCase): Promise<number> {
  const given = file.gradient_sequences?.[c.gradients!];
  if (!given || !file.params0)
    throw new TypeError(`there are no "params0" and gradient_sequences.${c.gradients}`);
  const gradients = given.map((g, i) => decode(g, `gradient_sequences.${c.gradients}[${i}]`));
  const tensors = c.trajectory_f64 as readonly Encoded[];
  const expected = tensors.map((t, i) => decode(t, `trajectory_f64[${i}]`));
  const params = file.params0.map((p, i) => Float32Array.from(decode(p, `params0[${i}]`)));
  const groups = groupsOf(c, params);
  const missing = c.kind === "missing_gradient" ? missingGradient(c) : null;
  let worst = 0;
  for (let t = 0; t < tensors[0]!.shape[0]!; t++) {
    for (const { members, run } of groups) {
      if (missing && members[0] === missing.parameter && missing.isMissing(t)) continue;
      const grads = members.map((i) => Float32Array.from(row(given[i]!, gradients[i]!, t)));
      await run.step(
        members.map((i) => params[i]!),
        grads,
      );
    }
    params.forEach((p, i) => {
      worst = Math.max(worst, worstRatio(p, row(tensors[i]!, expected[i]!, t), trajectoryBound));
    });
  }
  return worst;
}

const SEQUENCES: readonly string[] = [
  "gradient_sequence",
  "parameter_groups",
  "missing_gradient",
  "with_scheduler",
];

async function runLbfgs(c: TorchCase): Promise<number> {
  const hyper = c.hyper!;
  const x = Float64Array.from(Float32Array.from(decode(c.x0, "x0")));
  const tensor = c.trajectory_f64 as Encoded;
  const expected = decode(tensor, "trajectory_f64");
  const number = (name: string, fallback: number): number => Number(hyper[name] ?? fallback);
  const run = lbfgs({
    learningRate: number("lr", 1),
    maxIterations: number("max_iter", 20),
    maxEvaluations: hyper["max_eval"] === undefined ? null : Number(hyper["max_eval"]),
    gradientTolerance: number("tolerance_grad", 1e-7),
    changeTolerance: number("tolerance_change", 1e-9),
    historySize: number("history_size", 100),
    lineSearch: hyper["line_search_fn"] === "strong_wolfe" ? "strongWolfe" : null,
  }).start();
  let worst = 0;
  for (let t = 0; t < tensor.shape[0]!; t++) {
    await run.step(async (w) => ({ value: rosenbrockValue(w), gradient: rosenbrock(w) }), x);
    worst = Math.max(worst, worstRatio(x, row(tensor, expected, t), trajectoryBound));
  }
  return worst;
}

function runCase(file: TorchFile, c: TorchCase): Promise<number> {
  if (c.optimizer === "LBFGS" && c.hyper && c.kind === "rosenbrock_lbfgs") return runLbfgs(c);
  if (!Object.hasOwn(TORCH_OPTIMIZERS, c.optimizer)) {
    throw new TypeError(`optimizer "${c.optimizer}" is not known here`);
  }
  if (!c.hyper && !c.hyper_groups) throw new TypeError(`"hyper" or "hyper_groups" is missing`);
  if (c.kind === "rosenbrock") return runRosenbrock(c);
  if (SEQUENCES.includes(c.kind)) return runSequences(file, c);
  throw new TypeError(
    `kind must be rosenbrock, ${SEQUENCES.join(", ")}, got ${JSON.stringify(c.kind)}`,
  );
}

/** The checks of a file of format golden-optim/1. */
export function torchChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const c = value as TorchCase;
    const run = async (): Promise<number> => runCase(content as TorchFile, c);
    return {
      file: path,
      group: String(c.optimizer),
      id,
      run,
    };
  });
}
