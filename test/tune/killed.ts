// A study whose processes are killed, whatever its journal lies in.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { float } from "../../src/tune/space/distribution.ts";
import type { Study } from "../../src/tune/study.ts";
import type { TrialRecord } from "../../src/tune/trialRecord.ts";

/** A process that works on the study in a journal until so many trials are complete. */
export const journalProgram: string = fileURLToPath(
  new URL("threads/journalProgram.mjs", import.meta.url),
);

/**
 * Kills such processes in the middle of their trials: what was complete stays so, and what ran is found and run again.
 *
 * @param address  of the journal, as the program takes it
 * @param open     the study in it
 */
export async function killedAgainAndAgain(
  address: string,
  open: () => Promise<Study>,
): Promise<void> {
  const count = 20;
  const start = (): ChildProcess =>
    spawn(process.execPath, [journalProgram, address, String(count)]);
  const ended = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  const before = new Set<number>();
  // Killed after so many trials, in the middle of the next ones: by what has happened, not by the clock.
  for (const [trialsBefore, ms] of [
    [1, 60],
    [3, 210],
    [2, 0],
    [4, 130],
  ] as const) {
    const child = start();
    const end = ended(child);
    let said = "";
    await new Promise<void>((resolve) => {
      child.stdout!.on("data", (text) => {
        said += String(text);
        if (said.split("ended").length > trialsBefore) resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, ms));
    child.kill("SIGKILL");
    expect(await end).toBe("SIGKILL");
    const { trials } = await open();
    // Those of this kill, and those of the last one that nobody has found yet.
    expect(trials.filter((t) => t.state === "running").length).toBeLessThanOrEqual(4);
    for (const t of trials) if (t.state === "complete") before.add(t.number);
    // What was complete stays so.
    for (const number of before) expect(trials[number]!.state).toBe("complete");
  }
  expect(before.size).toBeGreaterThan(0);
  expect(before.size).toBeLessThan(count);
  expect(await ended(start())).toBe(0);
  // The last ones may have ended before the last lost trials were found.
  const study = await open();
  await study.optimize({ x: float(0, 1) }, ({ x }) => x, {
    timeout: 30,
    trials: study.trials.filter((t) => t.state === "running" || t.state === "waiting").length,
    heartbeat: { interval: 0.1, grace: 0 },
  });
  const lost = study.trials.filter((t) => t.state === "fail");
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.length).toBeLessThanOrEqual(8);
  const retryOf = (trial: TrialRecord): TrialRecord => {
    const again = study.trials.filter((t) => t.system["failed_trial"] === trial.number);
    expect(again.length).toBe(1);
    return again[0]!;
  };
  for (const trial of lost) {
    // What runs it again may be lost as well, before it has parameters; in the end the trial is run with its own.
    let again = retryOf(trial);
    while (again.state === "fail") again = retryOf(again);
    expect(again.params).toMatchObject(trial.params);
  }
  expect(study.trials.filter((t) => t.state === "complete").length).toBeGreaterThanOrEqual(count);
  expect(study.trials.every((t) => t.state === "complete" || t.state === "fail")).toBe(true);
}
