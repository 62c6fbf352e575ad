import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import { CHROMIUM } from "./runtimes.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves a folder on this machine as any static host does. */
async function serve(folder) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url.split("?")[0]));
    try {
      const bytes = readFileSync(join(folder, path));
      response
        .writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" })
        .end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

/** Opens pages of a folder in headless Chromium; the first line that each one prints. */
export async function openPages(folder, pages) {
  const { server, origin } = await serve(folder);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const lines = {};
  try {
    for (const name of pages) {
      const page = await browser.newPage();
      const line = new Promise((resolve, reject) => {
        page.on("console", (message) => {
          if (message.text().startsWith("{")) resolve(message.text());
        });
        page.on("pageerror", reject);
        setTimeout(() => reject(new Error(`${name} printed nothing in 60 s`)), 60_000).unref();
      });
      line.catch(() => {});
      await page.goto(`${origin}/${name}`);
      lines[name] = await line.catch((error) => JSON.stringify({ error: String(error) }));
      await page.close();
    }
    return { version: browser.version(), lines };
  } finally {
    await browser.close();
    server.close();
  }
}
