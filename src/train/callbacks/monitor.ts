import { OptionError, checkName } from "../../errors.ts";
import type { Logs } from "../callbacks.ts";

/** Whether smaller or larger is better. */
export type Mode = "auto" | "min" | "max";

/** What `auto` stands for: larger is better for accuracies, scores and areas. @throws OptionError */
export function directionOf(subject: string, mode: Mode, monitor: string): "min" | "max" {
  checkName(subject, "mode", mode, ["auto", "min", "max"]);
  if (mode !== "auto") return mode;
  return /acc|r2|auc|precision|recall|f1/i.test(monitor) ? "max" : "min";
}

/** The value that is watched. @throws OptionError where it is not there */
export function watched(subject: string, monitor: string, logs: Logs): number {
  const value = logs[monitor];
  if (value !== undefined) return value;
  const known = Object.keys(logs);
  const validates = known.some((name) => name.startsWith("val_"));
  const cure =
    monitor.startsWith("val_") && !validates
      ? "; validationSplit or validationData makes what begins with val_"
      : "";
  throw new OptionError(
    `${subject}: there is no "${monitor}" to watch; known: ${known.join(", ")}${cure}`,
  );
}
