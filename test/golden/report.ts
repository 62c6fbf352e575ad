import type { Outcome } from "./check.ts";

/** Outcomes of one group of one file. */
interface Row {
  readonly name: string;
  passed: number;
  failed: number;
  unsupported: number;
  ratio: number;
  later: string;
}

/** A ratio to three digits; a dash where nothing was compared. */
function printRatio(ratio: number): string {
  return ratio < 0 ? "-" : ratio === 0 || ratio === Infinity ? String(ratio) : ratio.toPrecision(3);
}

function rowOf(name: string, outcomes: readonly Outcome[]): Row {
  const row: Row = { name, passed: 0, failed: 0, unsupported: 0, ratio: -1, later: "" };
  for (const { state, ratio, check } of outcomes) {
    row[state]++;
    row.ratio = Math.max(row.ratio, Number.isNaN(ratio) ? -1 : ratio);
    if (check.later !== undefined) row.later = `later: ${check.later}`;
  }
  return row;
}

function by<K>(outcomes: readonly Outcome[], key: (o: Outcome) => K): Map<K, Outcome[]> {
  const groups = new Map<K, Outcome[]>();
  for (const o of outcomes) {
    const group = groups.get(key(o));
    if (group) group.push(o);
    else groups.set(key(o), [o]);
  }
  return groups;
}

/** Counts and largest error/bound of each op and optimizer, by file, then each failure, then the total. */
export function report(outcomes: readonly Outcome[]): string {
  const lines: string[] = [];
  const print = (row: Row, indent: string): void => {
    const counts = [row.passed, row.failed, row.unsupported]
      .map((n) => String(n || ".").padStart(7))
      .join(" ");
    lines.push(
      `${(indent + row.name).padEnd(34)} ${counts} ${printRatio(row.ratio).padStart(12)}  ${row.later}`.trimEnd(),
    );
  };
  lines.push(
    `${"".padEnd(34)} ${["passed", "failed", "unsupp."].map((s) => s.padStart(7)).join(" ")}  error/bound`,
  );
  for (const [file, own] of by(outcomes, (o) => o.check.file)) {
    print({ ...rowOf(file, own), later: "" }, "");
    for (const [group, some] of by(own, (o) => o.check.group)) print(rowOf(group, some), "  ");
  }
  const failed = outcomes.filter((o) => o.state === "failed");
  if (failed.length > 0) lines.push("", "Failures");
  for (const { check, message } of failed)
    lines.push(`  ${check.file} ${check.id} (${check.group}): ${message}`);
  const total = rowOf("total", outcomes);
  lines.push("");
  lines.push(
    `${total.passed} passed, ${total.failed} failed, ${total.unsupported} unsupported; largest error/bound ${printRatio(total.ratio)}`,
  );
  return lines.join("\n");
}
