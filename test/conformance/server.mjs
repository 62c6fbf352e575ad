import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Without these a page has no shared memory, and so no threads. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Sends what a page prints, and what it fails with, back to the server: not every driver tells. */
const TELL = `<script>{
  const tell = (text) => fetch("/printed" + location.pathname, { method: "POST", body: text });
  const { log } = console;
  console.log = (...words) => { log(...words); tell(words.join(" ")); };
  const fail = (error) => tell(JSON.stringify({ error: String(error?.stack ?? error) }));
  addEventListener("error", (event) => fail(event.error ?? event.message));
  addEventListener("unhandledrejection", (event) => fail(event.reason));
}</script>`;

/**
 * Serves a folder on this machine as any static host does.
 *
 * @param isolated  whether pages are cross-origin isolated
 */
export async function serve(folder, isolated) {
  const waiting = new Map();
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url.split("?")[0]));
    if (request.method === "POST") {
      let text = "";
      request.on("data", (part) => (text += part));
      request.on("end", () => {
        response.writeHead(204).end();
        if (text.startsWith("{")) waiting.get(path.slice("/printed/".length))?.(text);
      });
      return;
    }
    try {
      const bytes = readFileSync(join(folder, path));
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, ...(isolated ? ISOLATION : {}) });
      const isPage = type === "text/html";
      response.end(isPage ? bytes.toString().replace(/<meta[^>]*>/, (m) => m + TELL) : bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    /** The first line that a page prints which looks like JSON. */
    printed: (page, milliseconds) =>
      new Promise((resolve) => {
        const error = `${page} printed nothing in ${milliseconds / 1000} s`;
        const timer = setTimeout(() => resolve(JSON.stringify({ error })), milliseconds);
        waiting.set(page, (line) => {
          clearTimeout(timer);
          resolve(line);
        });
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
