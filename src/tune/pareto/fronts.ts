/** Values of which less is better in each: one for each objective. */
export type Point = readonly number[];

/** Whether a point is nowhere worse than another, and somewhere better. */
export function dominates(a: Point, b: Point): boolean {
  let better = false;
  for (let k = 0; k < a.length; k++) {
    if (!(a[k]! <= b[k]!)) return false;
    if (a[k]! < b[k]!) better = true;
  }
  return better;
}

/** The order of the first coordinate, then the second, and so on. */
function compared(a: Point, b: Point): number {
  for (let k = 0; k < a.length; k++) {
    if (a[k]! < b[k]!) return -1;
    if (a[k]! > b[k]!) return 1;
  }
  return 0;
}

/** Indices of points in the order of `compared`: none is dominated by a later one. */
function ordered(points: readonly Point[]): number[] {
  return points.map((_, i) => i).sort((i, j) => compared(points[i]!, points[j]!) || i - j);
}

/** Whether a point is dominated by one of a front. The newest is the nearest: most often it tells. */
function isDominated(points: readonly Point[], front: readonly number[], i: number): boolean {
  for (let k = front.length - 1; k >= 0; k--)
    if (dominates(points[front[k]!]!, points[i]!)) return true;
  return false;
}

/** Indices of the points that no other one dominates, in rising order. */
export function firstFront(points: readonly Point[]): number[] {
  const front: number[] = [];
  for (const i of ordered(points)) if (!isDominated(points, front, i)) front.push(i);
  return front.sort((i, j) => i - j);
}

/**
 * Points by fronts: what no other point dominates, then what those of the first front alone do, and so on. Equal points share a
 * front.
 *
 * Source: Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II", section III.A, for what a front is;
 * Zhang et al. 2015, "An efficient approach to nondominated sorting" (ENS-SS), for the way to them: in lexicographic order each
 * point goes into the first of the fronts so far that does not dominate it, and stays there.
 *
 * @returns indices of the points, by front, each in rising order
 */
export function frontsOf(points: readonly Point[]): number[][] {
  const fronts: number[][] = [];
  for (const i of ordered(points)) {
    const front = fronts.find((members) => !isDominated(points, members, i));
    if (front) front.push(i);
    else fronts.push([i]);
  }
  return fronts.map((members) => members.sort((i, j) => i - j));
}
