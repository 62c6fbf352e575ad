import { printShape } from "../shape.ts";
import { activationText } from "./config.ts";
import type { AnyModel } from "./model.ts";

/** One layer's row of a summary. */
export interface LayerRow {
  readonly name: string;
  readonly kind: string;
  readonly activation: string;
  /** Without the batch axis. */
  readonly outputShape: readonly number[];
  readonly parameters: number;
  readonly trainable: boolean;
}

/** The layers of a built model with shapes and numbers of parameters. */
export function layerRows(model: AnyModel): LayerRow[] {
  const { calls, nameOf } = model.topology;
  const counted = new Set<string>();
  return calls.map(({ layer, outputs }) => {
    const { kind, options, trainable } = layer;
    const name = nameOf(layer);
    const own = counted.has(name)
      ? [] // a layer that is applied again has the same parameters
      : model.variables.filter((v) => v.name.startsWith(`${name}/`));
    counted.add(name);
    return {
      name,
      kind,
      activation: "activation" in options ? activationText(options["activation"]) : "",
      outputShape: outputs[0]!.shape,
      parameters: own.reduce((sum, v) => sum + v.size, 0),
      trainable,
    };
  });
}

/** A table of the layers as text. */
export function summary(model: AnyModel): string {
  const rows = layerRows(model);
  const cells = rows.map((r) => [
    r.name,
    r.activation === "" ? r.kind : `${r.kind} (${r.activation})`,
    printShape([null, ...r.outputShape]),
    r.parameters.toLocaleString("en-US") + (r.trainable || r.parameters === 0 ? "" : " frozen"),
  ]);
  const head = ["Layer", "Kind", "Output", "Parameters"];
  const widths = head.map((h, i) => Math.max(h.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((c, i) => (i === 3 ? c.padStart(widths[i]!) : c.padEnd(widths[i]!))).join("  ");
  const rule = "-".repeat(widths.reduce((a, b) => a + b, 6));
  const total = model.variables.reduce((sum, v) => sum + v.size, 0);
  const trained = model.variables
    .filter((v) => model.isTrained(v))
    .reduce((sum, v) => sum + v.size, 0);
  return [
    `Model "${model.name}"`,
    line(head),
    rule,
    ...cells.map(line),
    rule,
    `${total.toLocaleString("en-US")} parameters (${(4 * total).toLocaleString("en-US")} bytes), ${trained.toLocaleString("en-US")} of them trained`,
  ].join("\n");
}
