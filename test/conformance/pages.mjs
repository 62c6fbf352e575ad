import { chromium } from "playwright-core";
import { CHROMIUM, FIREFOX, WEBKIT, fromRuntimes } from "./commands.mjs";
import { serve } from "./server.mjs";
import { webkit } from "./webkit.mjs";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Milliseconds that a page may take until it prints. */
const LIMIT = 240_000;

/** How each browser is started; null where something of it is missing. `open` gives what closes the page. */
const BROWSERS = {
  chromium: async () => {
    if (!CHROMIUM) return null;
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    return {
      version: browser.version(),
      open: async (url) => {
        const page = await browser.newPage();
        await page.goto(url);
        return () => page.close();
      },
      close: () => browser.close(),
    };
  },
  // Playwright drives patched builds of Firefox only; BiDi is spoken by the stock one.
  firefox: async () => {
    const puppeteer = FIREFOX && (await fromRuntimes("puppeteer-core"));
    if (!puppeteer) return null;
    const browser = await puppeteer.default.launch({
      browser: "firefox",
      executablePath: FIREFOX,
      headless: true,
    });
    return {
      version: (await browser.version()).replace("firefox/", ""),
      open: async (url) => {
        const page = await browser.newPage();
        await page.goto(url, { timeout: LIMIT });
        return () => page.close();
      },
      close: () => browser.close(),
    };
  },
  webkit: async () => (WEBKIT ? webkit() : null),
};

/** Names of the browsers that `openPages` knows. */
export const BROWSER_NAMES = Object.keys(BROWSERS);

/**
 * Opens pages of a folder, one after the other; the first line of JSON that each one prints.
 *
 * @param options.browser   one of BROWSER_NAMES
 * @param options.isolated  whether the server makes pages cross-origin isolated
 * @returns its version, and by page what it printed after how many milliseconds; null where the browser is missing
 */
export async function openPages(folder, pages, options = {}) {
  const { browser: name = "chromium", isolated = false } = options;
  const browser = await BROWSERS[name]();
  if (!browser) return null;
  const server = await serve(folder, isolated);
  const found = {};
  try {
    for (const page of pages) {
      const started = performance.now();
      const printed = server.printed(page, LIMIT);
      const close = await browser.open(`${server.origin}/${page}`);
      const line = await printed;
      found[page] = { line, ms: performance.now() - started };
      await close();
    }
    return { version: browser.version, pages: found };
  } finally {
    await browser.close();
    server.close();
  }
}
