import { builtin } from "./platform.ts";

interface Port {
  postMessage(message: unknown): void;
  once(event: "message", handler: (message: unknown) => void): void;
  on(event: "message", handler: (message: unknown) => void): void;
}

/** Inside a worker: hands the parent's first message to `handler`, with a way to answer. */
export function answerParent(
  handler: (message: unknown, post: (answer: unknown) => void) => void,
): void {
  const port = builtin<{ parentPort: Port | null }>("node:worker_threads")?.parentPort;
  if (port)
    port.once("message", (message) => handler(message, (answer) => port.postMessage(answer)));
  else {
    const listener = ({ data }: MessageEvent): void =>
      handler(data, (answer) => self.postMessage(answer));
    self.addEventListener("message", listener, { once: true });
  }
}

/** Inside a worker: hands every message of the parent to `handler`; gives a way to tell the parent something. */
export function listenToParent(handler: (message: unknown) => void): (answer: unknown) => void {
  const port = builtin<{ parentPort: Port | null }>("node:worker_threads")?.parentPort;
  if (port) {
    port.on("message", handler);
    return (answer) => port.postMessage(answer);
  }
  self.addEventListener("message", ({ data }: MessageEvent) => handler(data));
  return (answer) => self.postMessage(answer);
}
