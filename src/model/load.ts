import { ELEMENT_WORK } from "../kernels/commands.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Address } from "../kernels/command.ts";
import type { EmitCommands } from "../plan/plan.ts";
import { type DType, sizeOf } from "../shape.ts";
import type { BatchLeaves } from "./graphs.ts";

/**
 * The commands that fetch a batch: rows `order[cursor], order[cursor + 1], ...` of each column into
 * the input's buffer. Cells: "source NAME" and "order" (addresses), "cursor".
 */
export function loadCommands(
  leaves: BatchLeaves,
  dtypes: readonly DType[],
  addressOf: (t: SymbolicTensor) => Address,
): EmitCommands {
  const columns = [...leaves.x, ...leaves.y, ...(leaves.weight ? [leaves.weight] : [])];
  return (k, commands) => {
    const order = commands.namedSlot("order");
    const cursor = commands.namedSlot("cursor");
    columns.forEach((t, i) => {
      const [rows, width] = [t.shape[0]!, sizeOf(t.shape.slice(1))];
      commands.work = ELEMENT_WORK * rows * width;
      const source = commands.namedSlot(`source ${t.leaf!.name}`);
      if (dtypes[i] === "uint8" || dtypes[i] === "bool") {
        k.gatherBytes(source, order, cursor, 1, 0, addressOf(t), width, rows);
      } else k.gatherRows(source, order, cursor, addressOf(t), width, rows);
    });
  };
}
