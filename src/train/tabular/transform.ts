import { DataError, nearestName } from "../../errors.ts";
import { type Table, rowCount } from "../../io/table.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { checkTable } from "./checkTable.ts";
import { type RowsDropped, type TabularConfig, featuresOf } from "./config.ts";
import { FeatureWriter } from "./featureWriter.ts";
import { labelsOf } from "./labels.ts";

/** What a table becomes. */
export interface Transformed {
  /** float32[rows, features], all finite. */
  readonly x: Tensor;
  /** int32[rows] of class indices, or float32[rows, 1] of standardised numbers; absent without a target column. */
  readonly y?: Tensor;
  /** For each row of x, its row in the table. */
  readonly rows: Int32Array;
  /** Levels that the fit had not seen, by column, with how often they occur; their one-hot features are 0. */
  readonly unseen: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Cells that are not of their column's kind, by column: filled as missing ones are. */
  readonly stray: ReadonlyMap<string, number>;
  /** Columns that the fit did not know. */
  readonly ignored: readonly string[];
  /** Rows without a target, which are in no fit or evaluation. */
  readonly rowsDropped: readonly RowsDropped[];
}

/**
 * Turns a table into tensors as a fit has learnt it. Columns are found by name, in any order.
 *
 * @param withTarget  false to leave out y, and to keep rows that have no target
 * @throws DataError if a column of the fit is missing, a number is infinite or out of float32's reach, or a target
 *   is none that the fit knows
 */
export function transformTable(
  config: TabularConfig,
  table: Table,
  withTarget: boolean,
): Transformed {
  const subject = "tabular.transform";
  checkTable(subject, table);
  const { columns: plans, target } = config;
  const column = (name: string): readonly string[] | undefined =>
    table.columns[table.header.indexOf(name)];
  for (const { name, kind } of plans) {
    if (kind === "dropped" || column(name)) continue;
    const nearest = nearestName(name, table.header);
    const cure = nearest === undefined ? "" : `; did you rename it to "${nearest}"?`;
    throw new DataError(
      `${subject}: the table must have a column "${name}", got ${table.header.join(", ")}${cure}`,
    );
  }
  const source = withTarget ? column(target.name) : undefined;
  const labels = source ? labelsOf(subject, target, table, source) : null;
  const rows = Int32Array.from(
    labels?.rows ?? Array.from({ length: rowCount(table) }, (_, i) => i),
  );

  const widths = plans.map((plan) => featuresOf(plan).length);
  const width = widths.reduce((sum, n) => sum + n, 0);
  const data = new Float32Array(rows.length * width);
  const writer = new FeatureWriter(subject, table, data, width);
  let at = 0;
  plans.forEach((plan, i) => {
    if (plan.kind !== "dropped") writer.write(plan, column(plan.name)!, rows, at);
    at += widths[i]!;
  });
  const known = new Set([target.name, ...plans.map(({ name }) => name)]);
  const result = {
    x: new Tensor(data, [rows.length, width], "float32"),
    rows,
    unseen: writer.unseen,
    stray: writer.stray,
    ignored: table.header.filter((name) => !known.has(name)),
    rowsDropped: labels?.rowsDropped ?? [],
  };
  if (!labels) return result;
  const y =
    target.task === "regression"
      ? new Tensor(Float32Array.from(labels.values), [rows.length, 1], "float32")
      : new Tensor(Int32Array.from(labels.values), [rows.length], "int32");
  return { ...result, y };
}
