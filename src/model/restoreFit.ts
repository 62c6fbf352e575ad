import { DataError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { CallbackState } from "../train/callbacks.ts";
import type { AnyModel } from "./model.ts";
import type { Runner } from "./runner.ts";
import { setValues, slotsFrom } from "./setValues.ts";

/** Numbers of a training that are no tensors. */
export interface FitNumbers {
  readonly optimizer: string;
  readonly iterations: number;
  readonly state: Record<string, number>;
  /** Sum and count of the gradients' norms in this epoch. */
  readonly norms: readonly [number, number];
  readonly means: readonly number[];
  /** What the order of the data, the masks and the batches follow from. */
  readonly data: {
    readonly seed: number;
    readonly shuffleSeed: number | null;
    readonly batchSize: number;
    readonly samples: number | null;
  };
}

/** @throws DataError where it is another training's state */
function checkIdentity(
  { optimizer, data }: FitNumbers,
  tensors: ReadonlyMap<string, Tensor>,
  { memory, optimizer: run }: Runner,
  identity: FitNumbers["data"],
): void {
  const { definition } = run!.optimizer;
  const must = (what: string, here: unknown, there: unknown): void => {
    if (here === there) return;
    throw new DataError(
      `resume: ${what} must be as in the checkpoint, ${String(there)}, got ${String(here)}; resume with the same data and options`,
    );
  };
  must("the optimizer", definition.name, optimizer);
  const names = {
    seed: "seed",
    shuffleSeed: "the seed of the shuffle (null: none)",
    batchSize: "batchSize",
    samples: "the number of samples",
  };
  for (const key of ["seed", "shuffleSeed", "batchSize", "samples"] as const)
    must(names[key], identity[key], data[key]);
  for (const slot of memory.slots.keys()) {
    for (const v of memory.trained) {
      if (!tensors.has(`optimizer/${slot}/${v.name}`)) {
        throw new DataError(
          `resume: the checkpoint has no "${slot}" of "${v.name}"; resume with the same optimizer options and trainable layers`,
        );
      }
    }
  }
}

/**
 * Puts a model that is trained back to where a checkpoint has it.
 *
 * @param identity  what the order of the data follows from in this training
 * @returns the numbers that are the trainer's own
 * @throws DataError where it is another training's state
 */
export function restoreFit(
  model: AnyModel,
  runner: Runner,
  identity: FitNumbers["data"],
  { values, tensors }: Required<CallbackState>,
): FitNumbers {
  const numbers = values as object as FitNumbers;
  checkIdentity(numbers, tensors, runner, identity);
  setValues("resume", model, tensors);
  model.restoreOptimizer(slotsFrom(tensors), numbers.iterations, { ...numbers.state });
  return numbers;
}
