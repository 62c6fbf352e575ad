import type { Settings } from "./problems/problem.ts";
import { commandText } from "./program.ts";
import { type Terminal, columnsOf, visibleLength } from "./terminal.ts";

/** Commands that make sense next: a change to this run, another kind of data, help or prediction. */
export function nextCommands(
  settings: Settings,
  args: readonly string[],
  model: string,
  file: string | undefined,
): [string[], string][] {
  const wider = (settings.layers.length === 0 ? [32] : settings.layers.map((n) => n * 2)).join(",");
  const without = (names: readonly string[]): string[] =>
    args.filter(
      (arg, i) =>
        !names.some((name) => arg === name || args[i - 1] === name || arg.startsWith(`${name}=`)),
    );
  const same = without(["--layers", "--dropout", "--out", "train"]);
  const next: [string[], string][] = [
    [[...same, "--layers", wider, "--dropout", "0.2"], "a wider network, with dropout"],
  ];
  if (file === undefined) {
    next.push([["--data", "FILE.csv", "--target", "COLUMN"], "learn from a table of yours"]);
    next.push([["--help"], "everything else"]);
  } else {
    next.push([
      ["--predict", file, "--model", model, "--out", "predictions.csv"],
      "predict rows of a table",
    ]);
    next.push([
      [
        ...without(["--optimizer", "--learning-rate", "--out", "train"]),
        "--optimizer",
        "sgd",
        "--learning-rate",
        "0.05",
      ],
      "another optimizer",
    ]);
  }
  return next;
}

/** Commands with what they are for: beside them, or above where the line is too short for both. */
export function describeNext(
  { say, style, columns }: Terminal,
  next: readonly (readonly [readonly string[], string])[],
): void {
  say(style("strong", "Next"));
  const lines = columnsOf(
    next.map(([words, why]) => [`  ${commandText(words)}`, style("faint", why)]),
  );
  if (lines.every((line) => visibleLength(line) <= columns))
    return lines.forEach((line) => say(line));
  for (const [words, why] of next) say(`  ${style("faint", `# ${why}`)}\n  ${commandText(words)}`);
}
