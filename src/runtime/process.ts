import { builtin } from "./platform.ts";

interface NodeProcess {
  readonly env: Record<string, string | undefined>;
  once(event: "exit", listener: () => void): void;
  once(event: "uncaughtExceptionMonitor", listener: (error: unknown) => void): void;
}

/**
 * Calls `body` when the process ends by itself, in order or by an error, which it gets; not where it is killed. Node, Deno
 * and Bun have processes; elsewhere nothing is done.
 *
 * @param body  gets the error's stack, or null; where it ends the process at once, it must tell it: Node would do so later
 */
export function atExit(body: (error: string | null) => void): void {
  const process = builtin<NodeProcess>("node:process");
  let stack: string | null = null;
  process?.once("uncaughtExceptionMonitor", (error) => {
    stack = (error instanceof Error && error.stack) || String(error);
  });
  process?.once("exit", () => body(stack));
}

/** Sets an environment variable that is not set, for libraries that are opened later. Bun's do not see it. */
export function presetEnvironment(name: string, value: string): void {
  const process = builtin<NodeProcess>("node:process");
  if (process) process.env[name] ??= value;
}
