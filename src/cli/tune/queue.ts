import { type TrialQueue, trialQueue } from "../../distributed/trialQueue.ts";
import { labelled } from "../describe.ts";
import type { Given, OptionName } from "../options.ts";
import { commandText } from "../program.ts";
import type { Terminal } from "../terminal.ts";
import type { TuningData } from "./data.ts";

/** Options that decide what a trial is: workers must be given the same. */
const SHARED: readonly OptionName[] = [
  ...(["data", "target", "task", "separator", "test-size", "test-every"] as const),
  ...(["folds", "epochs", "seed"] as const),
];

/** The name of the queue of a table's trials. */
export function queueName(given: Given, { file }: Pick<TuningData, "file">): string {
  return given.queue ?? file.replace(/\..*$/, "").replaceAll(/[^\w-]/g, "-");
}

/** The queue that trials go to, or null where they run here. @throws DataError, OptionError */
export async function queueFor(given: Given, data: TuningData): Promise<TrialQueue | null> {
  if (given.redis === undefined) return null;
  return trialQueue(queueName(given, data), { redis: given.redis, attempts: 2 });
}

/** Tells how workers are started. */
export function sayWorkers(terminal: Terminal, given: Given, queue: TrialQueue): void {
  const shared = SHARED.flatMap((name) =>
    given[name] === undefined ? [] : [`--${name}`, given[name]],
  );
  const args = ["worker", "--redis", given.redis!, "--queue", queue.name, ...shared];
  const command = commandText(args);
  labelled(terminal, "Workers", `start them anywhere: ${command}`);
  if (command.includes("***")) labelled(terminal, "", "*** stands for the name and password");
  terminal.say();
}
