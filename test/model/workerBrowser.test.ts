import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, type Page, chromium } from "playwright-core";
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

/** Serves a page with the functions of worker/page.ts while `body` uses it. */
async function withPage(body: (page: Page) => Promise<void>): Promise<void> {
  await embedTrainingWorker();
  const bundled = async (entry: string): Promise<Uint8Array> => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      logLevel: "error",
    });
    return outputFiles[0]!.contents;
  };
  const scripts: Record<string, Uint8Array> = {
    "/page.js": await bundled("worker/page.ts"),
    "/own.js": await bundled("worker/training.ts"),
  };
  // No headers: the page is not cross-origin isolated.
  const server = createServer((request, response) => {
    const script = scripts[request.url!];
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
    response.end(script ?? '<!doctype html><script type="module" src="page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const page = await browser.newPage();
    const { port } = server.address() as { port: number };
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction("globalThis.train");
    expect(await page.evaluate("crossOriginIsolated")).toBe(false);
    await body(page);
    await page.close();
  } finally {
    server.close();
  }
}

/** What a script of the page gives; meanwhile no task of the page may take long. */
async function beside(page: Page, name: string, script: string): Promise<unknown> {
  let given: unknown;
  const task = await longestTask(browser, page, async () => {
    given = await page.evaluate(script);
  });
  console.log(
    `${name}: longest task ${task.cpu.toFixed(1)} ms of the processor, ${task.wall.toFixed(1)} ms on the clock, of ${task.tasks}`,
  );
  expect(task.tasks).toBeGreaterThan(10);
  expect(task.cpu).toBeLessThan(LIMIT);
  return given;
}

describe.skipIf(!there)("a worker beside a page", { timeout: 180_000 }, () => {
  test("fit() in it takes the page no longer than 50 ms at a time, and gives the same bits", async () => {
    await withPage(async (page) => {
      for (const [name, rows] of [
        ["lenet", 1000],
        ["perceptron", 12_000],
      ] as const) {
        const shown = await beside(page, `fit ${name}`, `train("${name}", ${rows}, 2, true)`);
        if (name !== "lenet") continue;
        const far = await page.evaluate("hash()");
        expect(await page.evaluate(`train("${name}", ${rows}, 2, false)`)).toEqual(shown);
        expect(await page.evaluate("hash()")).toBe(far);
      }
    });
  });

  test("evaluate() and predict() in it take the page no longer than 50 ms at a time, and give the same bits", async () => {
    await withPage(async (page) => {
      for (const name of ["lenet", "perceptron"]) {
        for (const call of ["evaluate", "predict"]) {
          const far = await beside(page, `${call} ${name}`, `${call}("${name}", true)`);
          expect(await page.evaluate(`${call}("${name}", false)`)).toEqual(far);
        }
      }
    });
  });

  test("that is terminated makes the call reject at once", async () => {
    await withPage(async (page) => {
      const why = "the worker has ended: it was terminated, or ran out of memory";
      expect(await page.evaluate("terminated()")).toEqual([
        expect.stringContaining(`EngineError: predict: ${why}; the model is as it was`),
        "at once",
        expect.stringContaining(`EngineError: evaluate: ${why}`),
        "at once",
        expect.stringContaining(`EngineError: fit: ${why}; the model has the values`),
        "at once",
        "2000,10",
      ]);
    });
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
