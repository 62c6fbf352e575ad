import { DataError } from "../../errors.ts";
import type { Table } from "../../io/table.ts";
import { isMissing, parseBoolean, parseNumber } from "./cell.ts";
import { placeOf } from "./checkTable.ts";
import { type ColumnPlan, featuresOf } from "./config.ts";
import { monthCosine, monthSine, parseDate } from "./date.ts";

/** Writes columns of text into rows of features, and counts what it could not read. */
export class FeatureWriter {
  readonly unseen: Map<string, Map<string, number>> = new Map();
  readonly stray: Map<string, number> = new Map();
  private readonly table: Table;
  private readonly subject: string;
  private readonly data: Float32Array;
  private readonly width: number;

  constructor(subject: string, table: Table, data: Float32Array, width: number) {
    this.subject = subject;
    this.table = table;
    this.data = data;
    this.width = width;
  }

  private countStray(name: string): void {
    this.stray.set(name, (this.stray.get(name) ?? 0) + 1);
  }

  private countUnseen(name: string, level: string): void {
    const levels = this.unseen.get(name) ?? new Map<string, number>();
    this.unseen.set(name, levels.set(level, (levels.get(level) ?? 0) + 1));
  }

  /** `(value - mean) / std`, which float32 must hold. */
  private standardised(
    value: number,
    plan: { name: string; mean: number; std: number },
    row: number,
  ): number {
    const z = (value - plan.mean) / plan.std;
    if (Number.isFinite(Math.fround(z))) return z;
    throw new DataError(
      `${this.subject}: column "${plan.name}" must hold finite numbers near those of the fit, ` +
        `got "${value}" in ${placeOf(this.table, row)}; correct it or leave it empty`,
    );
  }

  /**
   * How much of each bin lies below the value: 1, ..., 1, a part, 0, ..., 0. A network reads steps and bends off it that it would
   * take long to find along a line.
   * Source: Gorishniy, Rubachev & Babenko 2022, "On embeddings for numerical features in tabular deep learning", section 3.2.
   */
  private writePieces(value: number, edges: readonly number[], out: number): void {
    for (let i = 1; i < edges.length; i++) {
      const [low, high] = [edges[i - 1]!, edges[i]!];
      this.data[out + i - 1] = value >= high ? 1 : value <= low ? 0 : (value - low) / (high - low);
    }
  }

  /** Writes one column's features for all rows, beginning at feature `at`. */
  write(plan: ColumnPlan, source: readonly string[], rows: ArrayLike<number>, at: number): void {
    if (plan.kind === "dropped") return;
    const { data, width } = this;
    const { name } = plan;
    const { decimal } = this.table;
    const flagAt = plan.flag ? featuresOf(plan).length - 1 : -1;
    const levels =
      plan.kind === "category" ? new Map(plan.levels.map((level, i) => [level, i])) : null;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const cell = source[row]!.trim();
      const out = i * width + at;
      let missing = isMissing(cell);
      if (plan.kind === "category") {
        const level = missing
          ? undefined
          : (levels!.get(cell) ?? (plan.other ? plan.levels.length : undefined));
        if (level !== undefined) data[out + level] = 1;
        else if (!missing) this.countUnseen(name, cell);
      } else if (plan.kind === "date") {
        const date = missing ? null : parseDate(cell);
        data[out] = this.standardised(date?.year ?? plan.fill, plan, row);
        data[out + 1] = date ? monthSine(date.month) : 0;
        data[out + 2] = date ? monthCosine(date.month) : 0;
        if (!date && !missing) this.countStray(name);
        missing = !date;
      } else {
        const value = missing
          ? NaN
          : plan.kind === "number"
            ? parseNumber(cell, decimal)
            : parseBoolean(cell);
        const known = value === value;
        data[out] =
          plan.kind === "number"
            ? this.standardised(known ? value : plan.fill, plan, row)
            : known
              ? value
              : plan.fill;
        if (plan.kind === "number" && plan.edges)
          this.writePieces(known ? value : plan.fill, plan.edges, out + 1);
        if (!known && !missing) this.countStray(name);
        missing = !known;
      }
      if (missing && flagAt >= 0) data[out + flagAt] = 1;
    }
  }
}
