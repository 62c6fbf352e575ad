import { DataError } from "../../errors.ts";
import type { Choice, Distribution } from "../space/distribution.ts";

/** A distribution as Optuna's journal has it: JSON inside of JSON. */
export function distributionJson(d: Distribution): string {
  if (d.kind === "categorical") {
    return JSON.stringify({
      name: "CategoricalDistribution",
      attributes: { choices: d.choices },
    });
  }
  const { step, low, high, log } = d;
  return JSON.stringify({
    name: d.kind === "float" ? "FloatDistribution" : "IntDistribution",
    attributes: { step, low, high, log },
  });
}

interface Attributes {
  readonly choices?: readonly Choice[];
  readonly low?: number;
  readonly high?: number;
  readonly log?: boolean;
  readonly step?: number | null;
}

/** The distribution of such a text. @throws DataError if it is none of the three kinds */
export function distributionFromJson(text: string): Distribution {
  const { name, attributes } = JSON.parse(text) as { name: string; attributes: Attributes };
  const { choices, low = 0, high = 0, log = false, step = null } = attributes;
  switch (name) {
    case "CategoricalDistribution":
      return { kind: "categorical", choices: choices ?? [] };
    case "FloatDistribution":
      return { kind: "float", low, high, log, step };
    case "IntDistribution":
      return { kind: "int", low, high, log, step: step ?? 1 };
    default:
      throw new DataError(
        `journal: a distribution must be Float, Int or Categorical, got "${String(name)}"`,
      );
  }
}
