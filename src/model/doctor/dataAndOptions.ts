import type { Dataset } from "../../train/data/dataset.ts";
import { type Description, descriptionOf } from "../../train/data/described.ts";
import type { DataLike } from "../data.ts";
import { optionsBeside } from "../optionsBeside.ts";

/** What was given as `(x, y, options)` or `(dataset, options)`; labels are null with a dataset. @throws OptionError */
export function dataAndOptions<O extends object>(
  subject: string,
  x: DataLike | Dataset,
  y: DataLike | Partial<O> | undefined,
  options: Partial<O> | undefined,
): { data: DataLike | Description; labels: DataLike | null; given: Partial<O> } {
  const data = descriptionOf(x);
  if (data) return { data, labels: null, given: optionsBeside(subject, y, options) };
  return { data: x as DataLike, labels: y as DataLike, given: options ?? {} };
}
