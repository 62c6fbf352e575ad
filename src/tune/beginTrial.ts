import { OptionError } from "../errors.ts";
import { lowWord, philox, topWord } from "../math/philox.ts";
import { Random } from "../math/random.ts";
import { memoryStore } from "../runtime/stores/memoryStore.ts";
import type { StudyView } from "./samplers/sampler.ts";
import {
  type CategoricalDistribution,
  type Choice,
  type Distribution,
  type Space,
  describe,
  sameDistribution,
} from "./space/distribution.ts";
import { contains, toInternal, toValue } from "./space/internal.ts";
import { distributionJson } from "./storage/distributionJson.ts";
import { OP } from "./storage/operation.ts";
import type { AnyStudy } from "./study.ts";
import { Trial } from "./trial.ts";
import type { Attribute } from "./trialRecord.ts";
import { commonSpace, visible } from "./visible.ts";

export interface AskOptions {
  /** What `trial.signal` is. Default null. */
  signal?: AbortSignal | null;
  /** See OptimizeOptions. Default null. */
  lag?: number | null;
  /**
   * Whether the trial has a sign of life from its first moment, which whoever asks must then renew: a trial that is lost before its
   * first sign would be lost for ever. Default false.
   */
  beats?: boolean;
}

/** Streams of random numbers: trial n draws from stream n, its own seed comes from this one. */
const SEED_STREAM = 0x7365_6564;

/** The seed of a trial. */
function seedOf(study: number, number: number): number {
  const words = new Uint32Array(4);
  philox(number, SEED_STREAM, 0, 0, lowWord(study), topWord(study), words);
  return words[0]!;
}

/**
 * A trial of a study whose record is there: what it asks for is sampled, and written to the storage.
 *
 * @param space  parameters that are chosen together, and set at once
 */
export function beginTrial(
  study: AnyStudy,
  number: number,
  space: Space | null,
  { signal = null, lag = null }: AskOptions,
): Trial {
  const { storage, sampler, pruner, directions, seed } = study;
  const record = study.trials[number]!;
  const trials = visible(study.trials, number, lag, space);
  const note = (name: string, value: Attribute): void =>
    study.change(number, { op_code: OP.trialSystemAttribute, system_attr: { [name]: value } });
  const view: StudyView = {
    directions,
    trials,
    number,
    seed,
    random: new Random(seed, number),
    system: record.system,
    note,
  };
  const together = sampler.together(view, space ?? commonSpace(trials));
  const fixed = record.system["fixed_params"] as Readonly<Record<string, Choice>> | undefined;

  const suggest = (name: string, d: Distribution): Choice => {
    const own = record.distributions[name];
    if (own) {
      if (sameDistribution(own, d)) return record.params[name]!;
      throw changed(number, name, own, d);
    }
    const other = study.trials.find((t) => t !== record && name in t.distributions);
    const before = other?.distributions[name];
    if (before && !compatible(before, d)) throw changed(number, name, before, d);
    const sampled = (): number => {
      const planned = together[name];
      // It was planned for the range that the parameter had in other trials.
      return planned !== undefined && contains(d, planned)
        ? planned
        : sampler.single(view, name, d);
    };
    const internal =
      fixed?.[name] === undefined
        ? sampled()
        : toInternal(`trial ${number}: enqueued "${name}"`, d, fixed[name]);
    if (!contains(d, internal)) {
      throw new OptionError(`trial ${number}: "${name}" got ${internal}, not of ${describe(d)}`);
    }
    study.change(number, {
      op_code: OP.setParameter,
      param_name: name,
      param_value_internal: internal,
      distribution: distributionJson(d),
    });
    return toValue(d, internal);
  };

  const trial = new Trial(number, seedOf(seed, number), signal, {
    params: () => record.params,
    suggest,
    report: (value, step) => {
      if (record.intermediate.has(step)) return;
      study.change(number, { op_code: OP.setIntermediate, step, intermediate_value: value });
    },
    shouldPrune: () => {
      storage.refresh();
      const others = visible(study.trials, number, lag, space);
      return pruner.shouldPrune(
        { direction: directions[0]!, trials: [...others, record], study: study.name },
        record,
      );
    },
    note: (name, value) =>
      study.change(number, { op_code: OP.trialUserAttribute, user_attr: { [name]: value } }),
    checkpoints: memoryStore(),
  });
  if (space) trial.suggestSpace(space);
  return trial;
}

/** Whether values of both mean the same: ranges may change in a study, kinds, scales and choices may not. */
function compatible(a: Distribution, b: Distribution): boolean {
  if (a.kind === "categorical" || b.kind === "categorical") return sameDistribution(a, b);
  return a.kind === b.kind && a.log === b.log;
}

function changed(number: number, name: string, before: Distribution, d: Distribution): OptionError {
  const cure =
    before.kind === "categorical" && (d as CategoricalDistribution).kind === "categorical"
      ? "choices stay the same in one study; start another, and add() the trials to it"
      : "give it another name";
  return new OptionError(
    `trial ${number}: "${name}" must stay ${describe(before)}, got ${describe(d)}; ${cure}`,
  );
}
