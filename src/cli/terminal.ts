import { stripVTControlCharacters, styleText } from "node:util";

/** Colours by what they mean; the terminal's own palette, so light and dark both work. */
const STYLES = {
  strong: "bold",
  faint: "dim",
  good: "green",
  accent: "cyan",
  warn: "yellow",
  bad: "red",
} as const;
export type StyleName = keyof typeof STYLES;

/** What the output stream is and how it wants to be written to. */
export interface Terminal {
  /** Whether someone looks at it: progress bars move only there. */
  readonly interactive: boolean;
  /** Characters in a line. */
  readonly columns: number;
  style(name: StyleName, text: string): string;
  /** Writes a line, except under --quiet. */
  say(text?: string): void;
  /** Writes a line, also under --quiet. */
  result(text: string): void;
}

/** Whether a stream wants colours: NO_COLOR and FORCE_COLOR first, then whether it is a terminal. */
export function wantsColor(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  if (env["NO_COLOR"]) return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** Paints text where the stream wants it. */
export function painter(stream: NodeJS.WriteStream): Terminal["style"] {
  const colored = wantsColor(stream);
  return (name, text) =>
    colored && text !== "" ? styleText(STYLES[name], text, { validateStream: false }) : text;
}

/** Standard output. */
export function createTerminal(quiet: boolean): Terminal {
  const out = process.stdout;
  return {
    interactive: out.isTTY === true && !quiet && process.env["TERM"] !== "dumb",
    columns: out.columns ?? 100,
    style: painter(out),
    say: (text = "") => {
      if (!quiet) out.write(`${text}\n`);
    },
    result: (text) => void out.write(`${text}\n`),
  };
}

/** Characters that are seen: escape sequences have no width. */
export function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** A text filled up with spaces to a visible width. */
export function pad(text: string, width: number, right: boolean = false): string {
  const gap = " ".repeat(Math.max(0, width - visibleLength(text)));
  return right ? gap + text : text + gap;
}

/** Rows of cells as lines of aligned columns. `right` holds the columns of numbers. */
export function columnsOf(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, visibleLength(cell))));
  return rows.map((row) =>
    row
      .map((cell, i) => pad(cell, widths[i]!, right.includes(i)))
      .join("  ")
      .trimEnd(),
  );
}
