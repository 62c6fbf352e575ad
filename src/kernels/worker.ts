// The script of a worker thread: the engine's module on the engine's memory, and in it `work`, which
// runs this thread's part of the commands until the pool is closed. scripts/worker.mjs bundles it.
import { answerParent } from "../runtime/parent.ts";
import { LOST, type WorkerStart } from "./control.ts";

interface Exports extends WebAssembly.Exports {
  work(control: number, thread: number): void;
}

answerParent((message, post) => {
  const { module, memory, control, thread } = message as WorkerStart;
  try {
    // A second instance writes the static data again: the same bytes, before anything runs.
    const { work } = new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
    post("up");
    work(control, thread);
    // From here on it touches nothing of the engine's memory.
    post("down");
  } catch (error) {
    // Thread 0 may be asleep and hear no message: it looks at this word when it wakes.
    Atomics.store(new Int32Array(memory.buffer), (control + LOST) >>> 2, 1);
    post(String(error));
  }
});
