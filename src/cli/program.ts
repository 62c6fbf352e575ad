import { readFileSync } from "node:fs";
import { withoutPassword } from "../distributed/redisAddress.ts";

/** The package's version, as its package.json has it. */
export function packageVersion(): string {
  const text = readFileSync(new URL(import.meta.resolve("thalweg/package.json")), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** How this program was started: what commands to try begin with. */
export function invocation(env: NodeJS.ProcessEnv = process.env): string {
  return env["npm_lifecycle_event"] === "start" ? "npm start --" : "npx thalweg";
}

/** An argument as a POSIX shell reads it back. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A command to type. Names and passwords in addresses are left out: what is printed, and reports, are for others to read. */
export function commandText(args: readonly string[]): string {
  const start = invocation();
  if (args.length === 0) return start.replace(/ --$/, "");
  return `${start} ${args.map((argument) => quoted(withoutPassword(argument))).join(" ")}`;
}
