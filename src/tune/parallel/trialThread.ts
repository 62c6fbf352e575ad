// The module of a thread that runs trials: an engine of its own, the objective's module, and a trial whose questions are
// answered by the thread that holds the study.
import { OptionError } from "../../errors.ts";
import { init } from "../../kernels/engine.ts";
import { listenToParent } from "../../runtime/parent.ts";
import type { Choice } from "../space/distribution.ts";
import { Trial } from "../trial.ts";
import { waitForAnswer } from "./answer.ts";
import type { Outcome } from "../trialRecord.ts";
import type { Ended, FromThread, ThreadStart, ToThread, TrialStart } from "./messages.ts";
import { received } from "./sharedData.ts";
import { DistantStore } from "./distantStore.ts";

/** The module's `objective`: with a declared space its parameters come first. */
type Exported = (...args: unknown[]) => Outcome | Promise<Outcome>;

let start: ThreadStart | null = null;
let data: unknown;
let objective: Exported | null = null;
let running: AbortController | null = null;
const checkpoints = new DistantStore((id, call) => post({ kind: "store", id, ...call }));

async function begin(message: ThreadStart): Promise<void> {
  start = message;
  await init({ reproducible: message.reproducible });
  data = received(message.data);
  const module = (await import(message.module)) as { objective?: unknown };
  if (typeof module.objective !== "function") {
    throw new OptionError(
      `${message.module}: must export a function "objective", got ${typeof module.objective}; write export const objective = (params, trial, data) => ...`,
    );
  }
  objective = module.objective as Exported;
  post({ kind: "ready" });
}

/** A trial here, whose study is elsewhere. */
function trialOf({ number, seed, params }: TrialStart, signal: AbortSignal): Trial {
  const { answers } = start!;
  const own: Record<string, Choice> = { ...params };
  return new Trial(number, seed, signal, {
    params: () => own,
    suggest: (name, distribution) =>
      (own[name] = waitForAnswer(answers, () => post({ kind: "suggest", name, distribution }))),
    shouldPrune: () => waitForAnswer(answers, () => post({ kind: "shouldPrune" })) === true,
    report: (value, step) => post({ kind: "report", value, step }),
    note: (name, value) => post({ kind: "note", name, value }),
    checkpoints,
  });
}

async function run(message: TrialStart): Promise<Ended> {
  running = new AbortController();
  const trial = trialOf(message, running.signal);
  try {
    const value = await (message.declared
      ? objective!(trial.params, trial, data)
      : objective!(trial, data));
    return { kind: "value", value };
  } catch (error) {
    // The objective may have been bundled with a copy of the class: its name tells.
    const { name, message: text } = error instanceof Error ? error : new Error(String(error));
    return name === "TrialPruned" ? { kind: "pruned" } : { kind: "error", name, message: text };
  } finally {
    running = null;
  }
}

const post: (message: FromThread) => void = listenToParent((message) => {
  if (!start) return void begin(message as ThreadStart).catch(fault);
  const told = message as ToThread;
  if (told.kind === "stored") return checkpoints.answered(told);
  if (told.kind === "abort") return running?.abort(new Error(told.reason));
  void run(told).then(post, fault);
});

function fault(error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  post({ kind: "error", name, message });
}
