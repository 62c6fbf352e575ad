import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether Redis is installed. */
export const hasRedis: boolean = spawnSync("redis-server", ["--version"]).status === 0;

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A child process: what it prints, errors too, and the wait for some of it. */
export class Process {
  readonly child: ChildProcess;
  text = "";

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const heard = (part: string): void => void (this.text += part);
    for (const out of [this.child.stdout!, this.child.stderr!]) {
      out.setEncoding("utf8").on("data", heard);
    }
    this.child.stderr!.on("data", (part: string) => process.stderr.write(part));
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      if (this.ended) throw new Error(`ended without ${pattern}: ${this.text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits for its end. @returns its exit code */
  async exit(): Promise<number | null> {
    if (!this.ended) await new Promise((resolve) => this.child.once("close", resolve));
    return this.child.exitCode;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    this.child.kill(signal);
    await this.exit();
  }
}

/** A Redis of a test's own, on loopback, that writes nothing unless it is told to. */
export class RedisServer {
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  private readonly args: readonly string[];
  private process: Process;

  private constructor(folder: string, port: number, more: readonly string[]) {
    this.folder = folder;
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.args = [
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder],
      ...["--save", "", "--appendonly", "no", ...more],
    ];
    this.process = new Process("redis-server", this.args);
  }

  static async start(...more: readonly string[]): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), "thalweg-redis-"));
    const server = new RedisServer(folder, await freePort(), more);
    await server.ready();
    return server;
  }

  ready(): Promise<void> {
    return this.process.until(/Ready to accept connections/);
  }

  /** Ends it, as a crash would. */
  kill(): Promise<void> {
    return this.process.end("SIGKILL");
  }

  /** SIGSTOP makes it silent, SIGCONT lets it go on. */
  signal(name: NodeJS.Signals): void {
    this.process.child.kill(name);
  }

  /** Starts it again after so many seconds, even where this thread sleeps meanwhile. */
  again(seconds: number = 0): void {
    const start = `sleep ${seconds}; exec redis-server "$@"`;
    this.process = new Process("sh", ["-c", start, "sh", ...this.args]);
  }

  async stop(): Promise<void> {
    await this.process.end("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
