import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { trialWorker } from "../../distributed/trialWorker.ts";
import { OptionError } from "../../errors.ts";
import { labelled } from "../describe.ts";
import type { Given } from "../options.ts";
import type { CommandLine } from "../parseCommand.ts";
import { type Terminal, createTerminal } from "../terminal.ts";
import { countOption } from "../values.ts";
import { tuningData } from "./data.ts";
import { queueName } from "./queue.ts";
import { objectiveData, settingsOf } from "./tune.ts";

/** What a worker runs, and on what. */
interface Work {
  readonly queue: string;
  readonly objective: URL;
  readonly data: unknown;
}

async function workOf(given: Given): Promise<Work> {
  if (given.objective !== undefined) {
    if (given.queue === undefined) {
      throw new OptionError("worker: --queue must name the queue of the trials; add --queue NAME");
    }
    const objective = pathToFileURL(resolve(given.objective));
    return { queue: given.queue, objective, data: undefined };
  }
  if (given.data === undefined) {
    throw new OptionError(
      "worker: must know what a trial is; give --data FILE --target COLUMN as to tune, or --objective MODULE",
    );
  }
  const data = await tuningData(given);
  return {
    queue: queueName(given, data),
    objective: new URL("./tuneObjective.js", import.meta.url),
    data: objectiveData(data, settingsOf(given, data.train.columns[0]!.length), true),
  };
}

/** Waits for Ctrl-C or a polite kill. */
function asked(): Promise<void> {
  return new Promise((resolved) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolved());
  });
}

/**
 * Runs trials of a queue in Redis until it is told to stop: those of `thalweg tune --redis`, or of a program of one's own.
 *
 * @throws OptionError, DataError
 */
export async function worker({ options: given }: CommandLine): Promise<void> {
  const terminal: Terminal = createTerminal(given.quiet !== undefined);
  if (given.redis === undefined) {
    throw new OptionError("worker: --redis must say where the queue is; add --redis redis://HOST");
  }
  const { queue, objective, data } = await workOf(given);
  const jobs =
    given.jobs === undefined || given.jobs === "auto" ? "auto" : countOption("jobs", given.jobs, 1);
  const stop = asked();
  const worker = await trialWorker(queue, objective, {
    redis: given.redis,
    jobs,
    data,
    onTrial: (number, how) => terminal.say(`  trial ${number} ${how}`),
  });
  labelled(
    terminal,
    "Queue",
    `${queue}, ${jobs === "auto" ? "a trial a core" : `${jobs} trials`} at a time; Ctrl-C ends it when they are done`,
  );
  terminal.say();
  await stop;
  terminal.say("  no more trials are taken; those that run come to their end");
  await worker.close();
}
