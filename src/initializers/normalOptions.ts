import { checkName } from "../errors.ts";

/** Options of the scaled normal initializers. */
export interface NormalOptions {
  /**
   * "truncatedNormal", cut off at two standard deviations with the variance restored (Keras), or
   * "untruncatedNormal" (PyTorch, the papers). Default "truncatedNormal".
   */
  distribution: "truncatedNormal" | "untruncatedNormal";
}

/** @throws OptionError for an unknown distribution */
export function checkNormal(subject: string, { distribution }: NormalOptions): void {
  checkName(subject, "distribution", distribution, ["truncatedNormal", "untruncatedNormal"]);
}
