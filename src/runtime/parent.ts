import { builtin } from "./platform.ts";

interface Port {
  postMessage(message: unknown, moved?: readonly ArrayBuffer[]): void;
  on(event: "message", handler: (message: unknown) => void): void;
}

function parentPort(): Port | null | undefined {
  return builtin<{ parentPort: Port | null }>("node:worker_threads")?.parentPort;
}

/**
 * Inside a worker: hands all of the parent's messages to `handler`.
 *
 * @returns posts to the parent; buffers in `moved` are handed over and not copied
 */
export function listenToParent(
  handler: (message: unknown) => void,
): (message: unknown, moved?: readonly ArrayBuffer[]) => void {
  const port = parentPort();
  if (port) {
    port.on("message", handler);
    return (message, moved) => port.postMessage(message, moved);
  }
  self.addEventListener("message", ({ data }) => handler(data));
  return (message, moved = []) => self.postMessage(message, { transfer: [...moved] });
}
