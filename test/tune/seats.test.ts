import { beforeEach, expect, test, vi } from "vitest";
import { memoryStore } from "../../src/runtime/stores/memoryStore.ts";
import type { Thread, ThreadEvents } from "../../src/runtime/thread.ts";
import { type SeatedTrial, TrialThreads } from "../../src/tune/parallel/trialThreads.ts";

/** A thread that does what the test says, and what was posted to it. */
interface Fake {
  readonly events: ThreadEvents;
  readonly posted: { readonly kind?: string; readonly number?: number }[];
}

const threads = vi.hoisted((): Fake[] => []);

vi.mock(import("../../src/runtime/thread.ts"), async (original) => ({
  ...(await original()),
  startModule: (_: URL, events: ThreadEvents): Thread => {
    const posted: Fake["posted"] = [];
    threads.push({ events, posted });
    return {
      post: (message) => void posted.push(message as Fake["posted"][number]),
      ref: () => {},
      unref: () => {},
      terminate: () => Promise.resolve(),
    };
  },
}));

beforeEach(() => void threads.splice(0));

const trial = (number: number, report: SeatedTrial["report"] = () => {}): SeatedTrial => ({
  number,
  seed: 0,
  signal: null,
  params: {},
  checkpoints: memoryStore(),
  suggest: () => 0,
  shouldPrune: () => false,
  report,
  note: () => {},
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const pool = (): TrialThreads => new TrialThreads(new URL("file:///objective.js"), null, true);

test("a thread whose report is refused runs no other trial before it has ended its own, which fails", async () => {
  const seats = pool();
  const refused = seats.run(
    trial(0, () => Promise.reject(new RangeError("the storage is full"))),
    false,
  );
  const [first] = threads;
  first!.events.message({ kind: "ready" });
  await settled();
  first!.events.message({ kind: "report", value: 1, step: 0 });
  await settled();
  expect(first!.posted.at(-1)!.kind).toBe("abort");
  const next = seats.run(trial(1), false);
  expect(threads.length).toBe(2);
  threads[1]!.events.message({ kind: "ready" });
  await settled();
  first!.events.message({ kind: "value", value: 5 });
  await expect(refused).rejects.toThrow("the storage is full");
  threads[1]!.events.message({ kind: "value", value: 7 });
  expect(await next).toBe(7);
});

test("a thread that ended while it was free is not given a trial", async () => {
  const seats = pool();
  const first = seats.run(trial(0), false);
  threads[0]!.events.message({ kind: "ready" });
  await settled();
  threads[0]!.events.message({ kind: "value", value: 1 });
  expect(await first).toBe(1);
  threads[0]!.events.end("an error behind the objective's end");
  const second = seats.run(trial(1), false);
  expect(threads.length).toBe(2);
  threads[1]!.events.message({ kind: "ready" });
  await settled();
  threads[1]!.events.message({ kind: "value", value: 2 });
  expect(await second).toBe(2);
});
