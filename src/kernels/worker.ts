// The script of a worker thread: the engine's module on the engine's memory, and in it `work`, which
// runs this thread's part of the commands until the pool is closed; or of the keeper of such threads.
// scripts/worker.mjs bundles it.
import { type KeeperStart, type Order, keepThreads } from "../runtime/keeper.ts";
import { listenToParent } from "../runtime/parent.ts";
import { GENERATION, LOST, type WorkerStart } from "./control.ts";

interface Exports extends WebAssembly.Exports {
  work(control: number, thread: number): void;
}

function work({ module, memory, control, thread }: WorkerStart): void {
  try {
    // A second instance writes the static data again: the same bytes, before anything runs.
    const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
    post("up");
    exports.work(control, thread);
    // From here on it touches nothing of the engine's memory.
    post("down");
  } catch (error) {
    // Thread 0 may be asleep and hear no message: it is woken, and looks at this word.
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, (control + LOST) >>> 2, 1);
    Atomics.notify(words, (control + GENERATION) >>> 2);
    post(String(error));
  }
}

let keep: ((order: Order) => void) | null = null;

const post = listenToParent((message) => {
  if (keep) keep(message as Order);
  else if ("keep" in (message as object)) keep = keepThreads(message as KeeperStart, post);
  else work(message as WorkerStart);
});
