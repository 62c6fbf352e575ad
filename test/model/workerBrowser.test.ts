import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embedTrainingWorker } from "../../scripts/trainingWorker.mjs";
import { CHROMIUM } from "../conformance/commands.mjs";
import { longestTask } from "../support/longestTask.ts";

const there = CHROMIUM !== undefined && existsSync(CHROMIUM);
if (!there) console.warn("SKIPPED: there is no Chromium; training beside a page is not tested");

/** Milliseconds of the processor that a task of the page may take: what a person does not notice. */
const LIMIT = 50;

let browser: Browser;

beforeAll(async () => {
  if (there) browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}, 60_000);
afterAll(() => browser?.close());

describe.skipIf(!there)("training in a worker beside a page", { timeout: 180_000 }, () => {
  test("takes the page no longer than 50 ms at a time, and gives the same bits", async () => {
    await embedTrainingWorker();
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("worker/page.ts", import.meta.url))],
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      logLevel: "error",
    });
    // No headers: the page is not cross-origin isolated.
    const server = createServer((request, response) => {
      const script = request.url === "/page.js";
      response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
      response.end(
        script
          ? outputFiles[0]!.contents
          : '<!doctype html><script type="module" src="page.js"></script>',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const page = await browser.newPage();
      const { port } = server.address() as { port: number };
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.waitForFunction("globalThis.train");
      expect(await page.evaluate("crossOriginIsolated")).toBe(false);
      for (const [name, rows] of [
        ["lenet", 1000],
        ["perceptron", 12_000],
      ] as const) {
        let shown: unknown;
        const task = await longestTask(browser, page, async () => {
          shown = await page.evaluate(`train("${name}", ${rows}, 2, true)`);
        });
        console.log(
          `${name}: longest task ${task.cpu.toFixed(1)} ms of the processor, ${task.wall.toFixed(1)} ms on the clock, of ${task.tasks}`,
        );
        expect(task.tasks).toBeGreaterThan(10);
        expect(task.cpu).toBeLessThan(LIMIT);
        if (name !== "lenet") continue;
        const far = await page.evaluate("hash()");
        expect(await page.evaluate(`train("${name}", ${rows}, 2, false)`)).toEqual(shown);
        expect(await page.evaluate("hash()")).toBe(far);
      }
      await page.close();
    } finally {
      server.close();
    }
  });

  test("examples/browser trains, shows its progress, pauses and stops", async () => {
    const script = fileURLToPath(new URL("../../examples/browser/serve.mjs", import.meta.url));
    const server: ChildProcess = spawn(process.execPath, [script, "0"]);
    try {
      const url = await new Promise<string>((resolve) =>
        server.stdout!.once("data", (text) => resolve(String(text).trim())),
      );
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => errors.push(message.text()));
      await page.goto(url.replace("localhost", "127.0.0.1"));
      const text = (id: string): Promise<string> => page.locator(`#${id}`).innerText();
      const epoch = async (): Promise<number> => Number.parseInt(await text("epoch"), 10);
      await page.click("#start:not([disabled])");
      const task = await longestTask(browser, page, () =>
        page.waitForFunction("Number.parseInt(epoch.textContent) >= 3", null, { timeout: 60_000 }),
      );
      expect(task.cpu).toBeLessThan(LIMIT);
      expect(Number.parseFloat(await text("accuracy"))).toBeGreaterThan(50);
      await page.click("#pause");
      await page.waitForFunction("state.textContent === 'paused'");
      const paused = await epoch();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await epoch()).toBe(paused);
      await page.click("#pause");
      await page.waitForFunction(`Number.parseInt(epoch.textContent) > ${paused}`);
      await page.click("#stop");
      await page.waitForFunction("state.textContent === 'stopped'");
      expect(await page.locator("#start").isEnabled()).toBe(true);
      expect(errors).toEqual([]);
      await page.close();
    } finally {
      server.kill();
    }
  });
});
