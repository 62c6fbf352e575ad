import { OptionError, shown } from "../errors.ts";
import type { AllFitOptions } from "./fitOptions.ts";
import { checkSignal } from "./runOptions.ts";

/** Checks what only shows later, or never. @throws OptionError, RangeError */
export function checkFitOptions(options: AllFitOptions): void {
  const { epochs, callbacks, onNonFinite, seed, validationData, resumeFrom } = options;
  const must = (holds: boolean, name: keyof AllFitOptions, what: string): void => {
    if (!holds) throw new OptionError(`fit: ${name} must be ${what}, got ${shown(options[name])}`);
  };
  if (!Number.isInteger(epochs) || epochs < 0)
    throw new RangeError(`fit: epochs must be a whole number >= 0, got ${shown(epochs)}`);
  must(Array.isArray(callbacks), "callbacks", "a list");
  for (const c of callbacks) {
    if (typeof c === "object" && c !== null) continue;
    throw new OptionError(
      `fit: a callback must be an object with hooks, got ${shown(c)}; { onEpochEnd: (epoch, logs) => ... }`,
    );
  }
  must(["throw", "skip", "stop"].includes(onNonFinite), "onNonFinite", '"throw", "skip" or "stop"');
  checkSignal("fit", options.signal);
  for (const name of ["shuffle", "allowInexact"] as const)
    must(typeof options[name] === "boolean", name, "true or false");
  must(options.verbose === 0 || options.verbose === 1, "verbose", "0 or 1");
  must(typeof options.classWeight === "object", "classWeight", "an object: { 0: 1, 1: 5 }");
  must(seed === undefined || Number.isSafeInteger(seed), "seed", "a whole number");
  must(
    validationData === null || typeof validationData === "object",
    "validationData",
    "[x, y] or a dataset",
  );
  must(
    resumeFrom === null || ["string", "object"].includes(typeof resumeFrom),
    "resumeFrom",
    "a path, a store or bytes",
  );
}
