import type { Given } from "./options.ts";
import { countOption } from "./values.ts";

/** What --threads asks of the engine. @throws OptionError */
export function engineOptions(given: Given): { threads?: number | "auto" } {
  const { threads } = given;
  if (threads === undefined) return {};
  return { threads: threads === "auto" ? threads : countOption("threads", threads, 1) };
}
