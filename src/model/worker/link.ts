import { EngineError } from "../../errors.ts";
import { type Engine, moduleFor } from "../../kernels/engine.ts";
import { watchLifeline } from "../../runtime/lifeline.ts";
import { type Peer, createPeer } from "../../runtime/peer.ts";
import { decodeBase64, inflate } from "../../runtime/platform.ts";
import { startInline, threadOf } from "../../runtime/startThread.ts";
import type { Thread, ThreadEvents } from "../../runtime/thread.ts";
import type { WorkerLike } from "../../runtime/workerLike.ts";
import { BatchServer } from "./batchServer.ts";
import type { Changes, EngineStart } from "./protocol.ts";
import type { Sent } from "./sent.ts";

/** Milliseconds that a worker has to answer for the first time. */
const START_LIMIT = 30_000;

/** How a worker is started: true takes the library's own. */
export type WorkerOption = true | (() => WorkerLike);

/** The call that uses a worker. */
export interface Use {
  /** `fit`, `evaluate`, `predict`: what messages begin with. */
  readonly subject: string;
  readonly signal: AbortSignal | null;
  /** What is to be known where the worker ends in the middle. */
  readonly cure: string;
  /** The worker has learned the shape of a sample from the data; what it must know of the model then. */
  built?(inputShape: readonly number[]): Changes;
}

/** A worker, and what it knows. */
export interface Link {
  readonly worker: WorkerOption;
  /** The engine of this thread whose like the worker has. */
  readonly engine: Engine;
  readonly peer: Peer;
  readonly batches: BatchServer;
  use: Use;
  /** What it knows of a model that it holds. */
  sent: Sent | null;
  /** Whether it can be called no more. */
  readonly ended: boolean;
  close(why: string): Promise<void>;
}

/** The text of the library's own worker. */
async function ownScript(): Promise<string> {
  const packed = (await import("../../kernels/wasm/trainingWorker.ts")).default;
  return new TextDecoder().decode(await inflate(decodeBase64(packed)));
}

async function engineStart(engine: Engine): Promise<EngineStart> {
  const { variant, threads, maximumMemory, splitWork } = engine;
  const tile = engine.tiles.settled ? engine.tiles.tile : null;
  return { module: await moduleFor(engine), variant, threads, maximumMemory, splitWork, tile };
}

/** A peer on a thread of its own. @throws EngineError in words why there is none */
function startPeer(
  script: string | (() => WorkerLike),
  { subject }: Use,
  handlers: BatchServer["handlers"],
  ended: (why: string) => void,
): { readonly peer: Peer; terminate(): Promise<void> } {
  const events: ThreadEvents = {
    message: (message) => {
      peer.receive(message);
      // A training that is paused and forgotten must not keep the process, nor one that waits for its next call.
      if (peer.open === 0) thread.unref();
    },
    end: ended,
  };
  let thread: Thread;
  const peer = createPeer((message, moved) => {
    thread.ref();
    thread.post(message, moved);
  }, handlers);
  try {
    thread = typeof script === "string" ? startInline(script, events) : threadOf(script(), events);
  } catch (error) {
    throw new EngineError(
      `${subject}: the worker does not start: ${(error as Error).message}; leave out worker, or give it a function that starts a worker of yours with serveTraining()`,
    );
  }
  return { peer, terminate: () => thread.terminate() };
}

/**
 * Starts a worker and waits until it has an engine like this thread's. It ends with that one.
 *
 * @throws EngineError in words why it does not start
 */
export async function openLink(worker: WorkerOption, engine: Engine, use: Use): Promise<Link> {
  const batches = new BatchServer();
  const script = worker === true ? await ownScript() : worker;
  let over = false;
  const end = (why: string): void => {
    over = true;
    engine.dependents.delete(closeWithEngine);
    const { subject, cure } = link.use;
    link.peer.end(new EngineError(`${subject}: the worker has ended: ${why}; ${cure}`));
  };
  const { peer, terminate } = startPeer(
    script,
    use,
    {
      ...batches.handlers,
      proceed: () => link.use.signal?.throwIfAborted(),
      built: (inputShape: readonly number[]) => link.use.built?.(inputShape),
    },
    end,
  );
  const link: Link = {
    worker,
    engine,
    peer,
    batches,
    use,
    sent: null,
    get ended() {
      return over;
    },
    async close(why) {
      end(why);
      await terminate();
      await batches.close();
    },
  };
  const closeWithEngine = (): Promise<void> => link.close("the engine was closed");
  engine.dependents.add(closeWithEngine);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const text = `${use.subject}: the worker did not answer for ${START_LIMIT / 1000} s; its module must call serveTraining()`;
    timer = setTimeout(() => reject(new EngineError(text)), START_LIMIT);
  });
  try {
    const lifeline = await Promise.race([peer.call<string | null>("hello", null), late]);
    if (lifeline !== null)
      watchLifeline(lifeline, () => end("it was terminated, or ran out of memory"));
    await peer.call("engine", await engineStart(engine));
  } catch (error) {
    await link.close("it did not start");
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return link;
}
