import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };

/** Without these a page has no shared memory, and so no threads. */
export const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** What lets pages of other hosts load a file, isolated ones too. */
export const SHARED = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
};

/** Calls back on a free port of this machine. */
export async function listen(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Serves a folder as any static host does, and counts the gzip bytes of the scripts that are fetched. */
export async function serve(folder, headers = {}) {
  let scripts = 0;
  const server = await listen((request, response) => {
    const path = normalize(decodeURIComponent(request.url.split("?")[0]));
    const file = path.endsWith("/") ? `${path}index.html` : path;
    try {
      const bytes = readFileSync(join(folder, file));
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      if (type === "text/javascript") scripts += gzipSync(bytes, { level: 9 }).length;
      response.writeHead(200, { "content-type": type, ...headers }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  return { ...server, scripts: () => scripts };
}
