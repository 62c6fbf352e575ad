import { withDefaults } from "../../errors.ts";
import type { Callback } from "../../train/callbacks.ts";
import { Model } from "../model.ts";
import type { PlanOrigin, Runner } from "../runner.ts";
import { type Finding, findingLine } from "./finding.ts";
import { Judge } from "./judge.ts";
import { judgeHistory } from "./judgeHistory.ts";
import { LayerProbe } from "./layerProbe.ts";
import { WeightProbe } from "./weightProbe.ts";

/** Options of `doctor`. */
export interface DoctorOptions {
  /** Steps from one look to the next, >= 2. Default 50. */
  every: number;
  /** Gets each finding as a line, when it is made; null: findings are only kept. Default: a warning on the console. */
  print: ((line: string) => void) | null;
}

/** A callback that watches a training, and what it found. */
export interface Doctor extends Callback {
  readonly findings: readonly Finding[];
}

/**
 * A callback that looks at a training every so many steps: dead and saturated units, gradients that vanish or are
 * not finite, steps too large or too small for the weights; and, from epoch to epoch, a loss that does not fall,
 * overfitting, a validation loss that fluctuates. Of a healthy training it says nothing.
 *
 * A look costs one more forward pass on the step's batch. Nothing that is trained changes.
 *
 * @throws RangeError unless every is a whole number >= 2
 *
 * @example
 *     const watch = doctor();
 *     await model.fit(x, y, { epochs: 10, callbacks: [watch] });
 *     for (const { code, layer, message, cure } of watch.findings) ...
 */
export function doctor(given: Partial<DoctorOptions> = {}): Doctor {
  const { every, print } = withDefaults<DoctorOptions>(
    "doctor",
    { every: 50, print: (line) => console.warn(line) },
    given,
  );
  if (!Number.isInteger(every) || every < 2)
    throw new RangeError(`doctor: every must be a whole number >= 2, got ${every}`);
  let model: Model<unknown> | null = null;
  let judge = new Judge();
  let [layers, weights]: [LayerProbe | null, WeightProbe | null] = [null, null];
  let [step, said, batchSize] = [0, 0, 0];
  let fresh = true;
  const losses: number[] = [];
  const held: number[] = [];

  const say = (): void => {
    for (; said < judge.findings.length; said++) print?.(findingLine(judge.findings[said]!));
  };
  const look = (loss: number): Promise<void> | undefined => {
    const runner = model?.activeRunner;
    const origin = runner?.lastTrained;
    // The smaller last batch of an epoch would need a plan of its own; a runner that is new, a step of its own.
    if (!runner || !weights?.fits(runner) || origin?.batch !== batchSize) return undefined;
    if (!layers?.fits(runner, origin)) return prepare(runner, origin, loss);
    judge.look({ step, loss, layers: layers.run(), weights: weights.compare() });
    say();
    return undefined;
  };
  /** The first look, which may have to wait for kernels. */
  const prepare = async (runner: Runner, origin: PlanOrigin, loss: number): Promise<void> => {
    layers?.free();
    layers = null;
    layers = await runner.engine.withKernels(() => new LayerProbe(runner, origin));
    look(loss);
  };
  return {
    name: "doctor",
    looksInside: true,
    get findings() {
      return judge.findings;
    },
    setModel: (trained) => {
      // A callback gets what is trained; looking into it takes the model itself.
      model = trained instanceof Model ? trained : null;
    },
    onTrainBegin: (info) => {
      ({ batchSize } = info);
      layers?.free(); // a training that failed had no end
      layers = null;
      judge = new Judge();
      [step, said] = [0, 0];
      weights = null;
      losses.length = held.length = 0;
      fresh = (model?.activeRunner?.optimizer?.iterations ?? 0) === 0;
    },
    hears: () => {
      // The first look is early: what is wrong from the start is said before time is lost.
      const phase = ++step % every;
      return phase === 0 || phase === every - 1 || step <= 2;
    },
    onBatchEnd: (_batch, logs) => {
      // A step is looked at after it, and what it moves is kept before.
      if (step % every === 0 || step === 2) return look(logs["loss"]!);
      const runner = model?.activeRunner;
      if (!runner) return undefined;
      if (!weights?.fits(runner)) weights = new WeightProbe(runner);
      weights.keep();
      return undefined;
    },
    onEpochEnd: (_epoch, logs) => {
      losses.push(logs["loss"]!);
      if (logs["val_loss"] !== undefined) held.push(logs["val_loss"]);
      for (const finding of judgeHistory(losses, held, fresh)) judge.add(finding);
      say();
    },
    onTrainEnd: () => {
      layers?.free();
      layers = null;
    },
  };
}
