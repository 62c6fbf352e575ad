import { optimizers } from "../optim/catalogue.gen.ts";
import { commandText, packageVersion } from "./program.ts";
import { GROUPS, OPTIONS, type OptionSpec } from "./options.ts";
import { type Terminal, columnsOf, pad, visibleLength } from "./terminal.ts";

const EXAMPLES: readonly (readonly [readonly string[], string])[] = [
  [[], "read handwritten digits"],
  [["--layers", "128,64", "--dropout", "0.2"], "with another network"],
  [["--data", "house.csv", "--target", "price"], "learn a column of a table"],
  [["--idx", "mnist/"], "learn MNIST's files"],
  [["compare", "--epochs", "20"], "find the fastest optimizer"],
  [["--predict", "new.csv", "--model", "runs/house-1/model.safetensors"], "use what it learnt"],
];

/** Characters of a line of help. */
const WIDTH = 96;

/** A text in lines of at most `width` characters. */
function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The options of a group, aligned with those of all others. */
function optionLines(group: OptionSpec["group"], style: Terminal["style"]): string[] {
  const specs = Object.entries<OptionSpec>(OPTIONS);
  const left = specs.map(
    ([name, { value, short }]) =>
      `  --${name}${value === "" ? "" : ` ${style("accent", value)}`}${short ? `, -${short}` : ""}`,
  );
  const margin = Math.max(...left.map(visibleLength)) + 2;
  return specs.flatMap(([name, spec], i) => {
    if (spec.group !== group) return [];
    const text = name === "optimizer" ? `${Object.keys(optimizers).join(", ")} (adam)` : spec.text;
    return wrapped(text, WIDTH - margin).map(
      (line, k) => pad(k === 0 ? left[i]! : "", margin) + line,
    );
  });
}

/** What --help prints. */
export function helpText(style: Terminal["style"]): string {
  const head = (text: string): string => style("strong", text);
  const lines = [
    `${head("thalweg")} ${packageVersion()}: train neural networks, on the CPU, in one command.`,
    "",
    head("Commands"),
    ...columnsOf([
      ["  thalweg [train] [options]", "trains, tests, saves a model and writes a report"],
      ["  thalweg tune --data FILE --target COLUMN", "looks for the best network for a table"],
      ["  thalweg report JOURNAL", "a page on the trials in a journal, Optuna's too"],
      ["  thalweg worker --redis URL", "runs trials of a tuning that goes on elsewhere"],
      ["  thalweg compare [options]", "races all optimizers from equal weights"],
      ["  thalweg predict FILE --model FILE", "predicts the rows of a table with a saved model"],
      ["  thalweg inspect FILE", "a file's layers, values, memory; of other libraries too"],
      ["  thalweg convert IN OUT", "to .onnx, .keras, .h5, .json, .npz or .safetensors"],
    ]),
  ];
  for (const group of GROUPS) lines.push("", head(group), ...optionLines(group, style));
  lines.push("", head("Examples"));
  lines.push(
    ...columnsOf(EXAMPLES.map(([args, text]) => [`  ${commandText(args)}`, style("faint", text)])),
  );
  lines.push(
    "",
    style("faint", "NO_COLOR=1 turns colors off. THALWEG_DEBUG=1 prints the stack of an error."),
  );
  return lines.join("\n");
}
