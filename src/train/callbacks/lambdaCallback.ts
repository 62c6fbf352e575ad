import { withDefaults } from "../../errors.ts";
import type { Callback } from "../callbacks.ts";

/** Hooks that a function may be given for. */
type Hooks = Pick<
  Callback,
  | "onTrainBegin"
  | "onEpochBegin"
  | "onBatchBegin"
  | "onBatchEnd"
  | "onTurn"
  | "onTestBegin"
  | "onTestEnd"
  | "onEpochEnd"
  | "onTrainEnd"
>;

/**
 * A callback from functions, with their names checked.
 * Source: keras.callbacks.LambdaCallback.
 *
 * @example
 *     lambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) })
 *
 * @throws OptionError where a name is that of no hook
 */
export function lambdaCallback(hooks: Hooks): Callback {
  const none: { [K in keyof Required<Hooks>]: Hooks[K] | undefined } = {
    onTrainBegin: undefined,
    onEpochBegin: undefined,
    onBatchBegin: undefined,
    onBatchEnd: undefined,
    onTurn: undefined,
    onTestBegin: undefined,
    onTestEnd: undefined,
    onEpochEnd: undefined,
    onTrainEnd: undefined,
  };
  const all = withDefaults("lambdaCallback", none, hooks);
  return Object.fromEntries(Object.entries(all).filter(([, hook]) => hook));
}
