import { parseArgs } from "node:util";
import { OptionError, foreignName, nearestName } from "../errors.ts";
import { type Given, OPTIONS, type OptionName, type OptionSpec } from "./options.ts";

/** A command line that was understood. */
export interface CommandLine {
  /** The subcommand that was named, or null. */
  readonly command: string | null;
  readonly options: Given;
  /** What stands by itself, without the subcommand. */
  readonly positionals: readonly string[];
}

const names = Object.keys(OPTIONS) as OptionName[];
const camel = (name: string): string =>
  name.replace(/[-_]([a-z])/g, (_, c: string) => c.toUpperCase());

function unknownOption(raw: string): OptionError {
  // Compared in camelCase, as other libraries' names are listed: --lr means --learning-rate.
  const known = names.map(camel);
  const bare = raw.replace(/^-+/, "");
  const meant = foreignName(bare, known) ?? nearestName(camel(bare), known);
  const cure =
    meant === undefined ? "see --help" : `did you mean --${names[known.indexOf(meant)]}?`;
  return new OptionError(`${raw}: unknown option; ${cure}`);
}

/**
 * Reads a command line: `[command] [options] [files]`.
 *
 * @param commands  known subcommands
 * @throws OptionError for an unknown option, with the nearest name, and for one that lacks its value
 */
export function parseCommand(argv: readonly string[], commands: readonly string[]): CommandLine {
  const specs: [OptionName, OptionSpec][] = names.map((name) => [name, OPTIONS[name]]);
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      specs.map(([name, { value, short }]) => [
        name,
        {
          type: value === "" ? ("boolean" as const) : ("string" as const),
          ...(short && { short }),
        },
      ]),
    ),
  });
  const options: { [name in OptionName]?: string } = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const found = specs.find(([name]) => name === token.name);
    if (!found) throw unknownOption(token.rawName);
    const [name, { value }] = found;
    if (value === "") {
      if (token.value !== undefined)
        throw new OptionError(`--${name}: takes no value, got "${token.value}"`);
      options[name] = "yes";
      continue;
    }
    const given = token.value;
    // Negative numbers may follow as they are; anything else with a dash is the next option.
    const swallowed = given !== undefined && !token.inlineValue && /^-(?!\d|\.\d|$)/.test(given);
    if (given === undefined || swallowed || given === "") {
      const got = given === undefined ? "nothing" : `"${given}"`;
      throw new OptionError(`--${name}: must have a value, got ${got}; write --${name} ${value}`);
    }
    options[name] = given;
  }
  const first = positionals[0];
  const command = first !== undefined && commands.includes(first) ? first : null;
  return { command, options, positionals: command === null ? positionals : positionals.slice(1) };
}
