import { OptionError, withDefaults } from "../../errors.ts";
import type { Callback } from "../callbacks.ts";

/** What can be frozen: a layer, or a model. */
export interface Freezable {
  trainable: boolean;
}

/** Options of `gradualUnfreezing`. */
export interface GradualUnfreezingOptions {
  /** Layers, or groups of them, in the order in which they are unfrozen: those next to the output first. */
  layers: readonly (Freezable | readonly Freezable[])[];
  /** The epoch, from 0, that the first group is unfrozen before. Default 1. */
  startEpoch: number;
  /** Epochs from one group to the next, >= 1. Default 1. */
  every: number;
}

const NAME = "gradualUnfreezing";

/**
 * Unfreezes layers while a model is trained, one group every so many epochs; before its epoch a group is frozen. The
 * optimizer goes on: it keeps what it has of every parameter, and begins anew for those that are unfrozen. Resumed
 * training is where it was, as all follows from the epoch.
 * Source: Howard & Ruder 2018 (arXiv:1801.06146), section 3.3.
 *
 * @throws OptionError where there are no layers, RangeError on numbers out of their range
 *
 * @example
 *     const layers = base.layers.slice(-4).reverse();
 *     await net.fit(train, { epochs: 8, callbacks: [gradualUnfreezing({ layers, startEpoch: 2 })] });
 */
export function gradualUnfreezing(
  given: Partial<GradualUnfreezingOptions> & Pick<GradualUnfreezingOptions, "layers">,
): Callback {
  const { layers, startEpoch, every } = withDefaults<GradualUnfreezingOptions>(
    NAME,
    { layers: [], startEpoch: 1, every: 1 },
    given,
  );
  const groups = layers.map((one) => (Array.isArray(one) ? one : [one]) as readonly Freezable[]);
  if (groups.length === 0 || groups.some((group) => group.some((one) => !("trainable" in one))))
    throw new OptionError(`${NAME}: layers must be layers of the model, or groups of them`);
  if (!(Number.isInteger(startEpoch) && startEpoch >= 0))
    throw new RangeError(`${NAME}: startEpoch must be a whole number >= 0, got ${startEpoch}`);
  if (!(Number.isInteger(every) && every >= 1))
    throw new RangeError(`${NAME}: every must be a whole number >= 1, got ${every}`);
  let current = 0;
  const unfreeze = (epoch: number): void => {
    current = epoch;
    groups.forEach((group, i) => {
      for (const one of group) one.trainable = epoch >= startEpoch + i * every;
    });
  };
  return {
    name: NAME,
    onTrainBegin: () => unfreeze(0),
    onEpochBegin: unfreeze,
    state: () => ({ values: { epoch: current } }),
    restore: ({ values }) => unfreeze(values["epoch"] as number),
  };
}
