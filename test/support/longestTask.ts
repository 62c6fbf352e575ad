import type { Browser, Page } from "playwright-core";

/** One event of Chromium's trace; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  /** Time of the processor. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * Milliseconds of the longest task of a page's main thread while `body` runs: on the clock, and of the processor. Only
 * the latter is the page's own doing: on a machine that is busy with something else a task of 1 ms may take 100.
 */
export async function longestTask(
  browser: Browser,
  page: Page,
  body: () => Promise<unknown>,
): Promise<{ wall: number; cpu: number; tasks: number }> {
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  await body();
  const trace = JSON.parse(String(await browser.stopTracing())) as { traceEvents: TraceEvent[] };
  const events = trace.traceEvents;
  const thread = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const named = events.filter((e) => e.name === "thread_name" && e.args.name === "CrRendererMain");
  const main = new Set(named.map(thread));
  const tasks = events.filter(
    (e) => e.ph === "X" && e.name.endsWith("RunTask") && main.has(thread(e)),
  );
  const longest = (of: (e: TraceEvent) => number | undefined): number =>
    tasks.reduce((most, e) => Math.max(most, of(e) ?? 0), 0) / 1000;
  return { wall: longest((e) => e.dur), cpu: longest((e) => e.tdur), tasks: tasks.length };
}
