/** What may be wrong with a training. */
export type FindingCode =
  | "nonFinite"
  | "nonFiniteGradient"
  | "deadUnits"
  | "saturatedUnits"
  | "vanishingGradients"
  | "updatesTooLarge"
  | "updatesTooSmall"
  | "notLearning"
  | "overfitting"
  | "fluctuatingValidation"
  | "cannotOverfitOneBatch"
  | "learningRateTooHigh"
  | "learningRateTooLow"
  | "initializer"
  | "symmetricInitializer"
  | "unscaledInputs"
  | "unscaledTargets"
  | "constantInputs"
  | "constantOutputs"
  | "targetsOutOfRange"
  | "classImbalance"
  | "missingClass";

/** One thing that was found. */
export interface Finding {
  readonly code: FindingCode;
  /** error: it cannot learn so; warning: it learns worse than it could; hint: worth a look. */
  readonly severity: "error" | "warning" | "hint";
  /** The layer it is about, or null. */
  readonly layer: string | null;
  readonly message: string;
  /** The number that was judged. */
  readonly value: number;
  readonly cure: string;
}

const ORDER: readonly Finding["severity"][] = ["error", "warning", "hint"];

/** A finding as one line. */
export function findingLine({ severity, code, layer, message, cure }: Finding): string {
  return `${severity} ${code}${layer === null ? "" : ` in "${layer}"`}: ${message}; ${cure}`;
}

/** Findings as lines, the worst first. */
export function findingsText(findings: readonly Finding[]): string {
  return [...findings]
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
    .map(findingLine)
    .join("\n");
}

/** A number of a message: three digits that count. */
export function short(x: number): string {
  return String(Number(x.toPrecision(3)));
}
