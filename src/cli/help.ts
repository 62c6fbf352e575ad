import { optimizers } from "../optim/catalogue.gen.ts";
import { commandText, packageVersion } from "./program.ts";
import { GROUPS, OPTIONS } from "./options.ts";
import { type Terminal, columnsOf } from "./terminal.ts";

const EXAMPLES: readonly (readonly [readonly string[], string])[] = [
  [[], "read handwritten digits"],
  [["--layers", "128,64", "--dropout", "0.2"], "the same with another network"],
  [["--data", "house.csv", "--target", "price"], "learn a column of a table"],
  [["--idx", "mnist/"], "learn MNIST's files"],
  [["--predict", "new.csv", "--model", "runs/house-1/model.safetensors"], "use what was learnt"],
];

/** What --help prints. */
export function helpText(style: Terminal["style"]): string {
  const head = (text: string): string => style("strong", text);
  const lines = [
    `${head("thalweg")} ${packageVersion()}: train neural networks, on the CPU, in one command.`,
    "",
    head("Commands"),
    ...columnsOf([
      ["  thalweg [train] [options]", "trains, tests, saves a model and writes a report"],
      ["  thalweg predict FILE --model FILE", "predicts the rows of a table with a saved model"],
    ]),
  ];
  const rows: [string, string, string][] = Object.entries(OPTIONS).map(([name, { group, value, text, short }]) => [
    group,
    `  --${name}${value === "" ? "" : ` ${style("accent", value)}`}${short ? `, -${short}` : ""}`,
    name === "optimizer" ? `${Object.keys(optimizers).join(", ")} (adam)` : text,
  ]);
  const aligned = columnsOf(rows.map(([, left, text]) => [left, text]));
  for (const group of GROUPS) {
    lines.push("", head(group), ...aligned.filter((_, i) => rows[i]![0] === group));
  }
  lines.push("", head("Examples"));
  lines.push(...columnsOf(EXAMPLES.map(([args, text]) => [`  ${commandText(args)}`, style("faint", text)])));
  lines.push("", style("faint", "NO_COLOR=1 turns colors off. THALWEG_DEBUG=1 prints the stack of an error."));
  return lines.join("\n");
}
