import { type Point, firstFront } from "./fronts.ts";

/** The area that is dominated: points in the order of their first coordinate make a staircase. */
function area(points: readonly Point[], [right, top]: Point): number {
  const order = [...points].sort((a, b) => a[0]! - b[0]!);
  let sum = 0;
  let low = top!;
  for (const [x, y] of order) {
    if (y! >= low) continue;
    sum += (right! - x!) * (low - y!);
    low = y!;
  }
  return sum;
}

/**
 * The volume that points dominate, up to a reference that is worse than what counts; exact, for any number of objectives. It
 * grows whenever a point comes nearer to the optimum or fills a gap.
 *
 * Two objectives cost n log n; each further one a factor of n, for its slices.
 *
 * Source: Zitzler & Thiele 1998, "Multiobjective optimization using evolutionary algorithms", for the measure; Knowles 2002 for
 * the slices.
 *
 * @param points     less is better; those that do not dominate the reference count nothing
 * @param reference  one value for each objective
 */
export function volumeOf(points: readonly Point[], reference: Point): number {
  const within = points.filter((p) => p.every((x, k) => x < reference[k]!));
  const last = reference.length - 1;
  if (within.length === 0) return 0;
  if (last === 0) return reference[0]! - Math.min(...within.map((p) => p[0]!));
  if (last === 1) return area(within, reference);
  // What is dominated adds nothing, and would cost a slice.
  const order = firstFront(within)
    .map((i) => within[i]!)
    .sort((a, b) => a[last]! - b[last]!);
  const flat = order.map((p) => p.slice(0, last));
  let sum = 0;
  for (let i = 0; i < order.length; i++) {
    const depth =
      (i + 1 < order.length ? order[i + 1]![last]! : reference[last]!) - order[i]![last]!;
    if (depth > 0) sum += depth * volumeOf(flat.slice(0, i + 1), reference.slice(0, last));
  }
  return sum;
}
