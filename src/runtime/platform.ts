/**
 * What differs between Node, Deno, Bun and browsers, in the one folder that may name them.
 * Built-in modules come from `process.getBuiltinModule`: bundlers fail on a visible `node:` import.
 */

interface NodeProcess {
  versions?: { node?: string };
  getBuiltinModule?: (name: string) => unknown;
}

function nodeProcess(): NodeProcess | undefined {
  const p = (globalThis as { process?: NodeProcess }).process;
  return p?.versions?.node === undefined ? undefined : p;
}

/** Which runtime this is, for messages and for the record in a model file. */
export function runtimeName(): string {
  const g = globalThis as { Deno?: { version: { deno: string } }; Bun?: { version: string } };
  if (g.Deno) return `deno ${g.Deno.version.deno}`;
  if (g.Bun) return `bun ${g.Bun.version}`;
  const node = nodeProcess()?.versions?.node;
  if (node !== undefined) return `node ${node}`;
  return typeof navigator === "undefined" ? "unknown" : navigator.userAgent;
}

/** Whether this is an edge worker (workerd), which looks like Node and reports threads that it lacks. */
export function isEdgeWorker(): boolean {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers";
}

/** A built-in module of Node (Deno and Bun have them too), or undefined in a browser. */
export function builtin<T>(name: string): T | undefined {
  return nodeProcess()?.getBuiltinModule?.(name) as T | undefined;
}

/** Gives timers, input and rendering a turn. Faster than setTimeout, which waits 1 to 4 ms. */
export function yieldToLoop(): Promise<void> {
  const g = globalThis as {
    setImmediate?: (f: () => void) => void;
    scheduler?: { yield?: () => Promise<void> };
  };
  if (g.setImmediate) return new Promise((resolve) => g.setImmediate!(resolve));
  if (g.scheduler?.yield) return g.scheduler.yield();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** Number of cores that the runtime reports, at least 1. */
export function hardwareThreads(): number {
  const os = builtin<{ availableParallelism?: () => number }>("node:os");
  return os?.availableParallelism?.() ?? (globalThis.navigator?.hardwareConcurrency || 1);
}

/** Bytes from base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The content of gzip bytes that are our own. Files of others are read by src/io/gunzip.ts, which checks them. */
export async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  // Node's own is there at once; its web streams take 100 ms to load.
  const zlib = builtin<{ gunzipSync(bytes: Uint8Array): Uint8Array<ArrayBuffer> }>("node:zlib");
  if (zlib?.gunzipSync) return new Uint8Array(zlib.gunzipSync(bytes));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Whether this thread may sleep: a browser's main thread must not. */
export function maySleep(): boolean {
  return typeof document === "undefined";
}
