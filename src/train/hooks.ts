import { checkName } from "../errors.ts";
import type { Callback } from "./callbacks.ts";

/** What training calls. */
const HOOKS: readonly (keyof Callback & `on${string}`)[] = [
  "onTrainBegin",
  "onEpochBegin",
  "onBatchBegin",
  "onBatchEnd",
  "onTurn",
  "onTestBegin",
  "onTestEnd",
  "onEpochEnd",
  "onTrainEnd",
];

/**
 * Refuses functions that are named like hooks and are none: nobody would call them.
 *
 * @throws OptionError `fit: callbacks: unknown hook "on_epoch_end"; it is "onEpochEnd" here`
 */
export function checkHooks(callbacks: readonly Callback[]): void {
  for (const callback of callbacks) {
    // Methods of a class stand on its prototype.
    for (let own: object = callback; own !== Object.prototype && own !== null;) {
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(own)))
        if (/^on[A-Z_]/.test(name) && typeof value === "function")
          checkName("fit: callbacks", "hook", name, HOOKS);
      own = Object.getPrototypeOf(own) as object;
    }
  }
}
