import type { Point } from "./fronts.ts";

/**
 * How much room each point of a front has: the sum, over the objectives, of the distance between its two neighbours, as a share of
 * the front's width. The ends have Infinity; an objective in which all are equal counts nothing. Of equal points, those that
 * come first lie lower.
 *
 * Values that are infinite have no distance from one another, and do not count for the width.
 *
 * Source: Deb et al. 2002, section III.B.
 */
export function crowdingDistances(points: readonly Point[]): Float64Array {
  const distances = new Float64Array(points.length);
  const order = points.map((_, i) => i);
  const objectives = points[0]?.length ?? 0;
  for (let k = 0; k < objectives; k++) {
    const at = (i: number): number => points[order[i]!]![k]!;
    // Stable: equal values keep the order of the objective before.
    order.sort((i, j) =>
      points[i]![k]! < points[j]![k]! ? -1 : Number(points[i]![k]! > points[j]![k]!),
    );
    const last = order.length - 1;
    if (at(0) === at(last)) continue;
    const finite = order.map((_, i) => at(i)).filter(Number.isFinite);
    const width = finite.length > 0 ? finite.at(-1)! - finite[0]! : 0;
    for (let i = 0; i <= last; i++) {
      const [below, above] = [i > 0 ? at(i - 1) : -Infinity, i < last ? at(i + 1) : Infinity];
      if (below !== above) distances[order[i]!]! += (above - below) / (width > 0 ? width : 1);
    }
  }
  return distances;
}
