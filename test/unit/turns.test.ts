import { describe, expect, test } from "vitest";
import { Turns } from "../../src/train/turns.ts";

/** Keeps the processor busy for so many milliseconds. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe("Turns", () => {
  test("asks for a turn after long steps, within one step of 12 ms", () => {
    const turns = new Turns();
    let steps = 0;
    do work(5);
    while (!turns.due() && ++steps < 100);
    expect(steps).toBeLessThanOrEqual(3);
  });

  test("asks for a turn among short steps, though it seldom looks at the clock", () => {
    const turns = new Turns();
    const started = performance.now();
    let asked = false;
    while (!asked && performance.now() - started < 1000) {
      work(0.02);
      asked = turns.due();
    }
    expect(asked).toBe(true);
  });

  test("begins anew when the turn has been taken", async () => {
    const turns = new Turns();
    work(15);
    expect(turns.due()).toBe(true);
    await turns.take();
    expect(turns.due()).toBe(false);
  });
});
