import { OptionError } from "../errors.ts";
import { isRecord } from "./objective.ts";

/**
 * The options of a call whose data is a dataset: the second argument, or the third where the second is left out.
 *
 * @throws OptionError where labels are given as well
 */
export function optionsBeside<O extends object>(subject: string, second: unknown, third?: O): O {
  if (second === undefined || second === null) return third ?? ({} as O);
  if (isRecord(second) && third === undefined) return second as O;
  throw new OptionError(`${subject}: a dataset holds its labels; call ${subject}(data, options)`);
}
