import { OptionError } from "../../errors.ts";
import type { Given } from "../options.ts";
import { numberOption } from "../values.ts";
import { digitsProblem } from "./digits.ts";
import { idxProblem } from "./idx.ts";
import type { Problem } from "./problem.ts";
import { tableProblem } from "./table.ts";

/** Share of the rows for the test where --test-size does not say. */
const TEST_SIZE = 0.2;

/** What the options ask to be learnt; the packaged digits where they name no data. @throws OptionError, DataError */
export async function problemFor(given: Given): Promise<Problem> {
  const { data, idx } = given;
  const size = given["test-size"];
  if (data !== undefined && idx !== undefined)
    throw new OptionError("--idx: must stand without --data; give one of them");
  if (data === undefined) {
    for (const name of ["target", "task", "separator"] as const) {
      if (given[name] !== undefined)
        throw new OptionError(`--${name}: needs a table, got none; add --data FILE.csv`);
    }
  }
  const testSize =
    size === undefined
      ? TEST_SIZE
      : numberOption("test-size", size, "be a share in (0, 1)", (x) => x > 0 && x < 1);
  if (data !== undefined) return tableProblem(data, given, testSize);
  if (idx === undefined) return digitsProblem(testSize);
  if (size !== undefined)
    throw new OptionError(
      "--test-size: must be left out with --idx, whose files hold their own test set",
    );
  return idxProblem(idx);
}
