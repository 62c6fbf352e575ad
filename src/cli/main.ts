#!/usr/bin/env node
import { withoutPassword } from "../distributed/redisAddress.ts";
import { OptionError } from "../errors.ts";
import { errorLine } from "./errors.ts";
import { helpText } from "./help.ts";
import { type CommandLine, parseCommand } from "./parseCommand.ts";
import { commandText, invocation, packageVersion } from "./program.ts";
import { painter } from "./terminal.ts";

/** What a subcommand does with a command line. */
type Command = (line: CommandLine) => Promise<void>;

/** Subcommands by name, loaded when they are asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  train: async () => (await import("./train.ts")).train,
  tune: async () => (await import("./tune/tune.ts")).tune,
  report: async () => (await import("./tune/journalReport.ts")).report,
  worker: async () => (await import("./tune/worker.ts")).worker,
  compare: async () => (await import("./compare.ts")).compare,
  predict: async () => (await import("./predict.ts")).predict,
  inspect: async () => (await import("./inspect.ts")).inspect,
  convert: async () => (await import("./convert.ts")).convert,
};

/** Commands that are told files by themselves, without an option. */
const TAKE_FILES: ReadonlySet<string> = new Set(["predict", "inspect", "convert", "report"]);

async function run(argv: readonly string[]): Promise<void> {
  const line = parseCommand(argv, Object.keys(COMMANDS));
  const { options, positionals } = line;
  const paint = painter(process.stdout);
  if (options.help !== undefined) return void process.stdout.write(`${helpText(paint)}\n`);
  if (options.version !== undefined) return void process.stdout.write(`${packageVersion()}\n`);
  // `npm start` always names train: --predict asks for the other command all the same.
  const name = options.predict === undefined ? (line.command ?? "train") : "predict";
  if (!TAKE_FILES.has(name) && positionals.length > 0) {
    const [word] = positionals;
    const cure = /\.(csv|tsv|txt)(\.gz)?$/i.test(word!)
      ? `write ${commandText(["--data", word!, "--target", "COLUMN"])}`
      : invocation().startsWith("npm start")
        ? "options of npm start stand behind a double dash: npm start -- --epochs 5"
        : `commands are ${Object.keys(COMMANDS).join(", ")}`;
    throw new OptionError(`${word}: no such command, and ${name} takes options only; ${cure}`);
  }
  await (
    await COMMANDS[name]!()
  )(line);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const paint = painter(process.stderr);
  process.stderr.write(`${paint("bad", "error")}  ${errorLine(error)}\n`);
  const { stack = "" } = error as Error;
  if (process.env["THALWEG_DEBUG"]) process.stderr.write(`${withoutPassword(stack)}\n`);
  process.exitCode = 1;
}
