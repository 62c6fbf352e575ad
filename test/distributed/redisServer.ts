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

/** A child process: what it prints, and the wait for some of it. */
export class Process {
  readonly child: ChildProcess;
  text = "";

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.child.stdout!.setEncoding("utf8").on("data", (part: string) => (this.text += part));
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

/** A Redis of a test's own, on loopback, that writes nothing. */
export class RedisServer {
  readonly folder: string;
  readonly url: string;
  private readonly process: Process;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.url = `redis://127.0.0.1:${port}`;
    this.process = new Process("redis-server", [
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder],
      ...["--save", "", "--appendonly", "no"],
    ]);
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(mkdtempSync(join(tmpdir(), "thalweg-redis-")), await freePort());
    await server.process.until(/Ready to accept connections/);
    return server;
  }

  async stop(): Promise<void> {
    await this.process.end("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
