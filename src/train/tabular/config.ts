import { printNumber } from "./statistics.ts";

/** How one column becomes features. Plain JSON: this is what a model file holds. */
export type ColumnPlan =
  | {
      readonly name: string;
      readonly kind: "date";
      readonly mean: number;
      readonly std: number;
      readonly fill: number;
      readonly flag: boolean;
    }
  | {
      readonly name: string;
      readonly kind: "number";
      readonly mean: number;
      readonly std: number;
      readonly fill: number;
      readonly flag: boolean;
      /** Ends of bins, increasing: the number in pieces follows its standardised self. */
      readonly edges?: readonly number[];
    }
  | {
      readonly name: string;
      readonly kind: "boolean";
      readonly fill: number;
      readonly flag: boolean;
    }
  | {
      readonly name: string;
      readonly kind: "category";
      readonly levels: readonly string[];
      readonly other: boolean;
      readonly flag: boolean;
    }
  | { readonly name: string; readonly kind: "dropped" };

/** How the target becomes y. */
export type TargetPlan =
  | {
      readonly name: string;
      readonly task: "regression";
      readonly mean: number;
      readonly std: number;
    }
  | {
      readonly name: string;
      readonly task: "classification";
      readonly classes: readonly string[];
      readonly numeric: boolean;
    };

/** What was done with a column, for a table that people read. */
export interface ReportRow {
  readonly column: string;
  readonly role:
    | "number"
    | "category"
    | "date"
    | "id-like, dropped"
    | "constant, dropped"
    | "dropped"
    | "target";
  readonly missing: number;
  /** Such as "standardised, gaps filled with median 433, flagged". */
  readonly action: string;
}

/** Rows left out, and why. */
export interface RowsDropped {
  readonly reason: string;
  readonly count: number;
  /** Where the first few of them are: "line 17". */
  readonly where: readonly string[];
}

/** All that a fit found out. */
export interface TabularConfig {
  readonly format: "thalweg.tabular";
  readonly version: 1;
  readonly columns: readonly ColumnPlan[];
  readonly target: TargetPlan;
  readonly taskReason: string;
  readonly doubtful: boolean;
  readonly report: readonly ReportRow[];
  readonly rowsDropped: readonly RowsDropped[];
}

/** Names of a number's pieces: "age 20 to 35". */
function piecesOf(name: string, edges: readonly number[] = []): string[] {
  return edges.slice(1).map((end, i) => `${name} ${printNumber(edges[i]!)} to ${printNumber(end)}`);
}

/** Names of the numbers that a column becomes, in their order. */
export function featuresOf(plan: ColumnPlan): string[] {
  const { name, kind } = plan;
  if (kind === "dropped") return [];
  const flag = plan.flag ? [`${name} is missing`] : [];
  if (kind === "date") return [`${name} year`, `${name} month sin`, `${name} month cos`, ...flag];
  if (kind === "boolean") return [name, ...flag];
  if (kind === "number") return [name, ...piecesOf(name, plan.edges), ...flag];
  return [
    ...plan.levels.map((level) => `${name}=${level}`),
    ...(plan.other ? [`${name}=(other)`] : []),
    ...flag,
  ];
}
