import { DataError, OptionError, checkName, nearestName, withDefaults } from "../errors.ts";
import { type Table, rowCount } from "../io/table.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkConfig } from "./tabular/checkConfig.ts";
import { checkTable } from "./tabular/checkTable.ts";
import {
  type ReportRow,
  type RowsDropped,
  type TabularConfig,
  featuresOf,
} from "./tabular/config.ts";
import { type ColumnRole, fitColumn } from "./tabular/fitColumn.ts";
import { type Task, fitTarget } from "./tabular/fitTarget.ts";
import { surveyColumn } from "./tabular/survey.ts";
import { type Transformed, transformTable } from "./tabular/transform.ts";

export interface TabularOptions {
  /** Most levels of a category that get a feature of their own. */
  maximumLevels: number;
  /**
   * Numbers are also given in so many pieces, bins with about as many rows each: networks then follow steps and bends far
   * better, at the price of more features. 0 for none. Default 0.
   */
  bins: number;
  /** Columns whose role is not to be found by looking: a post code is a "category", whatever its digits. */
  roles: Readonly<Record<string, ColumnRole>>;
}

export interface TabularFitOptions {
  /** The column to predict. */
  target: string;
  /** "auto" decides by the target's values; see `taskReason` and `doubtful`. */
  task: Task | "auto";
}

/** What a fit has learnt: turns tables into tensors, always in the same way. */
export class FittedTabular {
  /** One row for each column: what it is taken for, and what is done with it. */
  readonly report: readonly ReportRow[];
  readonly task: Task;
  readonly taskReason: string;
  /** Whether the target could as well be meant for the other task; ask. */
  readonly doubtful: boolean;
  /** Class names in the order of their indices; null for a regression. */
  readonly classNames: readonly string[] | null;
  /** Scale of a regression's target; null for a classification. */
  readonly target: { readonly mean: number; readonly std: number } | null;
  /** Names of x's columns. */
  readonly features: readonly string[];
  /** Rows of the fit that had no target. */
  readonly rowsDropped: readonly RowsDropped[];
  private readonly config: TabularConfig;

  constructor(config: TabularConfig) {
    const { target } = config;
    this.config = config;
    this.report = config.report;
    this.task = target.task;
    this.taskReason = config.taskReason;
    this.doubtful = config.doubtful;
    this.classNames = target.task === "classification" ? target.classes : null;
    this.target = target.task === "regression" ? { mean: target.mean, std: target.std } : null;
    this.features = config.columns.flatMap(featuresOf);
    this.rowsDropped = config.rowsDropped;
  }

  /**
   * Tensors of a table: columns by name in any order, others ignored and listed. Where the table has the target,
   * y is given and rows without one are left out, unless `target` is false.
   *
   * @throws DataError if a column is missing, a number is infinite, or a target is unknown to the fit
   */
  transform(table: Table, options: Partial<{ target: boolean }> = {}): Transformed {
    return transformTable(
      this.config,
      table,
      withDefaults("tabular.transform", { target: true }, options).target,
    );
  }

  /** Predictions in the target's own unit: `value std + mean`, in float64. @throws OptionError for a classification */
  inverseTarget(values: ArrayLike<number> | Tensor): Float64Array {
    const { target } = this;
    if (!target)
      throw new OptionError(
        "inverseTarget: the task must be a regression, got a classification; see classNames",
      );
    return Float64Array.from(
      "data" in values ? values.data : values,
      (z) => z * target.std + target.mean,
    );
  }

  /** Plain JSON, from which `tabular.fromConfig` makes an equal object. */
  toConfig(): TabularConfig {
    return this.config;
  }
}

/** Learns how a table becomes tensors. */
export interface Tabular {
  fit(table: Table, options: Partial<TabularFitOptions> & { target: string }): FittedTabular;
}

const DEFAULTS: TabularOptions = { maximumLevels: 50, bins: 0, roles: {} };
const ROLES: readonly ColumnRole[] = ["number", "category", "date", "drop"];

function checkRoles(table: Table, roles: TabularOptions["roles"]): void {
  for (const [name, role] of Object.entries(roles)) {
    checkName("tabular.fit", "column in roles", name, table.header);
    checkName(`tabular: roles["${name}"]`, "role", role, ROLES);
  }
}

function fitTable(
  options: TabularOptions,
  table: Table,
  { target, task }: TabularFitOptions,
): FittedTabular {
  const subject = "tabular.fit";
  checkTable(subject, table);
  checkRoles(table, options.roles);
  if (typeof target !== "string" || target === "") {
    throw new OptionError(
      `${subject}: target must be the name of the column to predict; columns: ${table.header.join(", ")}`,
    );
  }
  const at = table.header.indexOf(target);
  if (at < 0) {
    const nearest = nearestName(target, table.header);
    const cure =
      nearest === undefined ? `columns: ${table.header.join(", ")}` : `did you mean "${nearest}"?`;
    throw new DataError(
      `${subject}: the table must have the target column, got "${target}"; ${cure}`,
    );
  }
  if (rowCount(table) === 0) throw new DataError(`${subject}: the table must have rows, got none`);
  const fitted = fitTarget(subject, table, at, task);
  const roles = new Map(Object.entries(options.roles));
  const inputs = table.header.map((_, i) => i).filter((i) => i !== at);
  const fitInputs = (keepCounting: boolean): ReturnType<typeof fitColumn>[] =>
    inputs.map((i) => {
      const survey = surveyColumn(table, i, fitted.rows);
      const { maximumLevels, bins } = options;
      return fitColumn(subject, survey, {
        role: roles.get(survey.name),
        isFirst: i === 0,
        maximumLevels,
        bins,
        keepCounting,
      });
    });
  let columns = fitInputs(false);
  if (columns.every(({ plan }) => plan.kind === "dropped")) columns = fitInputs(true);
  if (columns.every(({ plan }) => plan.kind === "dropped")) {
    const why = columns
      .map(({ report }) => `"${report.column}" is ${report.role} (${report.action})`)
      .join("; ");
    throw new DataError(
      `${subject}: at least one column must be left to learn from, but ${why || "there is only the target"}`,
    );
  }
  const report = columns.map((column) => column.report);
  report.splice(at, 0, fitted.report);
  return new FittedTabular({
    format: "thalweg.tabular",
    version: 1,
    columns: columns.map(({ plan }) => plan),
    target: fitted.plan,
    taskReason: fitted.taskReason,
    doubtful: fitted.doubtful,
    report,
    rowsDropped: fitted.rowsDropped,
  });
}

function createTabular(options: Partial<TabularOptions> = {}): Tabular {
  const full = withDefaults("tabular", DEFAULTS, options);
  if (!Number.isInteger(full.maximumLevels) || full.maximumLevels < 1) {
    throw new OptionError(
      `tabular: maximumLevels must be a whole number >= 1, got ${full.maximumLevels}`,
    );
  }
  if (!Number.isInteger(full.bins) || full.bins < 0) {
    throw new OptionError(`tabular: bins must be a whole number >= 0, got ${full.bins}`);
  }
  const defaults: TabularFitOptions = { target: "", task: "auto" };
  return {
    fit(table, fitOptions) {
      const given = withDefaults("tabular.fit", defaults, fitOptions);
      checkName("tabular.fit", "task", given.task, ["auto", "regression", "classification"]);
      return fitTable(full, table, given);
    },
  };
}

/**
 * Tables to tensors: numbers standardised (and, with `bins`, in pieces), categories one-hot, dates as year and month, gaps filled and flagged,
 * columns dropped that hold nothing to learn. A fit sees the rows it is given and no others, so that it can be
 * repeated inside each fold of a cross-validation.
 *
 * @example
 *     const fitted = tabular().fit(decodeCsv(bytes), { target: "price" });
 *     const { x, y } = fitted.transform(table);
 *     tabular.fromConfig(JSON.parse(JSON.stringify(fitted.toConfig())));   // the same again
 *
 * @throws DataError and OptionError, see `fit`, `transform` and `fromConfig`
 */
export const tabular: ((options?: Partial<TabularOptions>) => Tabular) & {
  /** The fitted object of a config. @throws DataError if it is not what toConfig() gave */
  fromConfig(config: unknown): FittedTabular;
} = /* @__PURE__ */ Object.assign(createTabular, {
  fromConfig: (config: unknown) => new FittedTabular(checkConfig(config)),
});
