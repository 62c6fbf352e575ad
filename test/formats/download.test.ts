import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import {
  type DownloadProgress,
  dense,
  fileStore,
  loadModel,
  loadTensors,
  memoryStore,
  sequential,
} from "../../src/index.ts";
import { download } from "../../src/io/download.ts";
import { cacheFolder } from "../../src/runtime/cacheFolder.ts";

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3);
const TAG = '"first"';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What a path of the test's server answers, and the requests that came. */
const answers = new Map<string, Answer>();
const requests: IncomingMessage[] = [];

const server = createServer((request, response) => {
  requests.push(request);
  answers.get(request.url!)!(request, response);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const folder = mkdtempSync(join(tmpdir(), "thalweg-download-"));
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** Serves an answer under an address of its own. */
function serve(path: string, answer: Answer): string {
  answers.set(path, answer);
  requests.length = 0;
  return base + path;
}

/** An answer with all bytes, or those that are asked for. */
const whole =
  (bytes: Uint8Array): Answer =>
  (_, response) => {
    response.writeHead(200, { "content-length": bytes.length, etag: TAG });
    response.end(bytes);
  };

/** Sends up to `most` bytes of what is asked for, then drops the connection. */
const breaking =
  (most: number, tag: string): Answer =>
  (request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const same = request.headers["if-range"] === tag;
    const begin = same ? from : 0;
    response.writeHead(begin > 0 ? 206 : 200, {
      "content-length": CONTENT.length - begin,
      etag: tag,
      ...(begin > 0 && {
        "content-range": `bytes ${begin}-${CONTENT.length - 1}/${CONTENT.length}`,
      }),
    });
    response.write(CONTENT.subarray(begin, begin + most), () => {
      if (begin + most >= CONTENT.length) response.end();
      else setTimeout(() => response.destroy(), 20);
    });
  };

function hash(bytes: Uint8Array, encoding: "hex" | "base64" = "hex"): string {
  return createHash("sha256").update(bytes).digest(encoding);
}

test("download() gives the bytes of an address, and tells the size first and then each part", async () => {
  const address = serve("/whole", whole(CONTENT));
  const progress: DownloadProgress[] = [];
  const bytes = await download(address, { onProgress: (p) => progress.push(p) });
  expect(Buffer.compare(bytes, CONTENT)).toBe(0);
  expect(progress[0]).toEqual({ file: address, loaded: 0, total: 300_000, cached: false });
  expect(progress.at(-1)).toEqual({
    file: address,
    loaded: 300_000,
    total: 300_000,
    cached: false,
  });
  const loaded = progress.map((p) => p.loaded);
  expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
});

test("download() tells the progress of files, Blobs, bytes and streams alike", async () => {
  const path = join(folder, "content.bin");
  writeFileSync(path, CONTENT);
  const sources = [
    [path, 300_000],
    [new Blob([CONTENT]), 300_000],
    [CONTENT, 300_000],
    [CONTENT.buffer, 300_000],
    [new Blob([CONTENT]).stream(), null],
  ] as const;
  for (const [source, total] of sources) {
    const progress: DownloadProgress[] = [];
    const bytes = await download(source, {
      onProgress: (p) => progress.push(p),
      integrity: hash(CONTENT),
    });
    expect(Buffer.compare(bytes, CONTENT)).toBe(0);
    expect(progress.at(-1)).toMatchObject({ loaded: 300_000, total });
  }
});

test("download() goes on where a connection broke off", async () => {
  const address = serve("/breaking", breaking(120_000, TAG));
  const bytes = await download(address, { integrity: hash(CONTENT) });
  expect(Buffer.compare(bytes, CONTENT)).toBe(0);
  expect(requests.map((r) => r.headers.range)).toEqual([
    undefined,
    "bytes=120000-",
    "bytes=240000-",
  ]);
});

test("download() begins anew when the file has changed meanwhile, or the server knows no parts", async () => {
  let tag = TAG;
  const changed = serve("/changed", (request, response) => {
    breaking(requests.length === 1 ? 120_000 : 300_000, tag)(request, response);
    tag = '"second"';
  });
  expect(hash(await download(changed))).toBe(hash(CONTENT));
  expect(requests).toHaveLength(2);
  const partless = serve("/partless", (_, response) => {
    response.writeHead(200, { "content-length": CONTENT.length });
    if (requests.length > 1) response.end(CONTENT);
    else
      response.write(CONTENT.subarray(0, 90_000), () => setTimeout(() => response.destroy(), 20));
  });
  expect(hash(await download(partless))).toBe(hash(CONTENT));
  expect(requests.map((r) => r.headers.range)).toEqual([undefined, undefined]);
});

test("download() gives up, and says how far it came, when attempts bring nothing new", async () => {
  const address = serve("/stuck", (request, response) => {
    if (request.headers.range) response.destroy();
    else breaking(1000, TAG)(request, response);
  });
  const store = memoryStore();
  await expect(download(address, { cache: store })).rejects.toThrow(
    /cannot be fetched, 1000 of 300000 bytes came .*; try again/,
  );
  expect(requests).toHaveLength(3);
  expect(await store.list()).toEqual([]);
  serve("/missing", (_, response) => response.writeHead(404).end());
  await expect(download(`${base}/missing`)).rejects.toThrow("the server says 404");
  expect(requests).toHaveLength(1);
  serve("/busy", (_, response) =>
    requests.length < 3 ? response.writeHead(503).end() : response.end("ok"),
  );
  expect(Buffer.from(await download(`${base}/busy`)).toString()).toBe("ok");
});

test("download() takes what was packed on the way, whose size nobody says", async () => {
  const packed = gzipSync(CONTENT);
  const address = serve("/packed", (_, response) => {
    response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length });
    response.end(packed);
  });
  const progress: DownloadProgress[] = [];
  const bytes = await download(address, { onProgress: (p) => progress.push(p) });
  expect(hash(bytes)).toBe(hash(CONTENT));
  expect(progress.at(-1)).toMatchObject({ loaded: 300_000, total: null });
});

test("download() refuses another SHA-256, and caches nothing of it", async () => {
  const address = serve("/wrong", whole(CONTENT));
  const store = memoryStore();
  const integrity = hash(Uint8Array.of(1));
  await expect(download(address, { cache: store, integrity })).rejects.toThrow(
    `must have the SHA-256 ${integrity}, but its 300000 bytes have ${hash(CONTENT)}`,
  );
  expect(await store.list()).toEqual([]);
  await expect(download(CONTENT, { integrity })).rejects.toThrow("it is another file, or damaged");
  await expect(download(CONTENT, { integrity: "md5-abc" })).rejects.toThrow(
    'integrity: must be a SHA-256 of 64 hexadecimal digits, or "sha256-" and base64, got "md5-abc"',
  );
  for (const form of [
    hash(CONTENT).toUpperCase(),
    `sha256-${hash(CONTENT)}`,
    `sha256-${hash(CONTENT, "base64")}`,
  ])
    expect(await download(CONTENT, { integrity: form })).toBe(CONTENT);
});

test("download() caches in a folder or a store, and fetches again what was damaged there", async () => {
  const address = serve("/models/net.h5?version=1", whole(CONTENT));
  const cache = join(folder, "cache");
  for (const store of [cache, fileStore(join(folder, "cache2")), memoryStore()]) {
    requests.length = 0;
    const progress: DownloadProgress[] = [];
    const options = { cache: store, onProgress: (p: DownloadProgress) => progress.push(p) };
    for (let i = 0; i < 3; i++) expect(hash(await download(address, options))).toBe(hash(CONTENT));
    expect(requests).toHaveLength(1);
    expect(progress.at(-1)).toMatchObject({ loaded: 300_000, total: 300_000, cached: true });
  }
  const [name, ...others] = readdirSync(cache);
  expect(others).toEqual([]);
  expect(name).toMatch(new RegExp(`^[0-9a-f]{16}-${hash(CONTENT)}-net\\.h5$`));
  writeFileSync(join(cache, name!), CONTENT.subarray(1));
  requests.length = 0;
  expect(hash(await download(address, { cache }))).toBe(hash(CONTENT));
  expect(requests).toHaveLength(1);
  expect(hash(await download(address, { cache, integrity: hash(CONTENT) }))).toBe(hash(CONTENT));
  expect(requests).toHaveLength(1);
  // Another content is asked for than the cached one: the address is asked again.
  await expect(download(address, { cache, integrity: hash(Uint8Array.of(1)) })).rejects.toThrow(
    "must have the SHA-256",
  );
  expect(requests).toHaveLength(2);
});

test("download() ends when its signal says so", async () => {
  const address = serve("/slow", (_, response) => {
    response.writeHead(200, { "content-length": 10 });
    response.write("12345");
  });
  const controller = new AbortController();
  const loading = download(address, {
    signal: controller.signal,
    onProgress: ({ loaded }) => loaded > 0 && controller.abort(new Error("enough")),
  });
  await expect(loading).rejects.toThrow("enough");
  expect(requests).toHaveLength(1);
  await expect(download(CONTENT, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow(
    "no",
  );
});

test("loadModel() and loadTensors() fetch, check and cache; options that are not there throw", async () => {
  const net = sequential([dense({ units: 2, inputShape: [3] })]);
  const bytes = net.toBytes();
  const address = serve("/net.safetensors", whole(bytes));
  const cache = memoryStore();
  const progress: DownloadProgress[] = [];
  for (let i = 0; i < 2; i++) {
    const loaded = await loadModel(address, {
      cache,
      integrity: hash(bytes),
      onProgress: (p) => progress.push(p),
    });
    expect(loaded.getWeights().map((t) => [...t.data])).toEqual(
      net.getWeights().map((t) => [...t.data]),
    );
  }
  expect(requests).toHaveLength(1);
  expect(progress.at(-1)).toMatchObject({ cached: true, total: bytes.length });
  expect((await loadTensors(address, { cache })).size).toBe(2);
  expect(requests).toHaveLength(1);
  await expect(loadModel(address, { integrity: "0".repeat(64) })).rejects.toThrow("SHA-256");
  await expect(loadModel(address, { cash: true } as object)).rejects.toThrow(
    'loadModel: unknown option "cash"; did you mean "cache"?',
  );
});

test("loadTensors() of a model in several files checks each by its name", async () => {
  const shard = new Uint8Array(Float32Array.of(1, 2).buffer);
  const json = new TextEncoder().encode(
    JSON.stringify([{ paths: ["a.bin"], weights: [{ name: "w", shape: [2], dtype: "float32" }] }]),
  );
  const address = serve("/m/model.json", whole(json));
  serve("/m/a.bin", whole(shard));
  const integrity = { "model.json": hash(json), "a.bin": hash(shard) };
  const progress: DownloadProgress[] = [];
  const tensors = await loadTensors(address, { integrity, onProgress: (p) => progress.push(p) });
  expect([...tensors.get("w")!.data]).toEqual([1, 2]);
  expect(new Set(progress.map((p) => p.file))).toEqual(new Set([address, "a.bin"]));
  await expect(
    loadTensors(address, { integrity: { ...integrity, "a.bin": hash(json) } }),
  ).rejects.toThrow("a.bin: must have the SHA-256");
  await expect(loadTensors(address, { integrity: hash(json) })).rejects.toThrow(
    'integrity must have an entry for "a.bin"',
  );
});

test("cacheFolder() is the user's own, unless the environment names one", () => {
  const before = process.env["THALWEG_CACHE"];
  process.env["THALWEG_CACHE"] = "/somewhere";
  expect(cacheFolder()).toBe("/somewhere");
  delete process.env["THALWEG_CACHE"];
  expect(cacheFolder()).toMatch(/[/\\]thalweg$/);
  if (before !== undefined) process.env["THALWEG_CACHE"] = before;
});
