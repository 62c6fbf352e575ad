import type { Rows } from "./stage.ts";

/** Rows under a fixed order, the same in all epochs. */
export function reordered(rows: Rows, order: Int32Array): Rows {
  return {
    ...rows,
    order(epoch) {
      const inner = rows.order(epoch);
      return inner ? order.map((i) => inner[i]!) : order;
    },
  };
}
