import { flopsOf } from "../graph/defineOp.ts";
import { printShape } from "../shape.ts";
import type { CompiledPlan } from "./plan.ts";
import { tensorBytes } from "./schedule.ts";

/** A count with thousands separated. */
function count(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/**
 * A plan as text: each op with its output's shape, where it lies, its bytes and its floating-point
 * operations; then the arena.
 */
export function explain(plan: CompiledPlan): string {
  const { nodes, buffers, bufferOf } = plan.schedule;
  const place = (index: number): string => {
    const { fixed } = buffers[index]!;
    if (fixed === null) return `arena + ${count(plan.offsets[index]!)}`;
    return plan.pins.get(fixed) ?? fixed.leaf?.name ?? "";
  };
  const shared = new Set<number>();
  const rows = nodes.map((node, i) => {
    const out = node.outputs[0]!;
    const index = bufferOf.get(out)!;
    const again = shared.has(index);
    shared.add(index);
    const note = node.op.view ? "view" : again ? "in place" : "";
    const activation = node.attrs["activation"];
    const name =
      node.op.name +
      (typeof activation === "string" && activation !== "linear" ? `+${activation}` : "");
    return [
      String(i + 1),
      name,
      printShape(out.shape),
      out.dtype,
      place(index),
      count(tensorBytes(out)),
      count(flopsOf(node)),
      note,
    ];
  });
  const head = ["#", "op", "shape", "dtype", "place", "bytes", "flops", ""];
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((row) => row[i]!.length)));
  const right = new Set([0, 5, 6]);
  const line = (row: readonly string[]): string =>
    row
      .map((c, i) => (right.has(i) ? c.padStart(widths[i]!) : c.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  const flops = nodes.reduce((sum, node) => sum + (node.op.view ? 0 : flopsOf(node)), 0);
  return [
    `plan "${plan.request.name}": ${nodes.length} nodes, ${count(flops)} flops`,
    line(head),
    ...rows.map(line),
    `arena ${count(plan.arenaBytes)} bytes, scratch ${count(plan.scratchBytes)} bytes a thread`,
  ].join("\n");
}
