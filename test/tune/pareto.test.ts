import { expect, test } from "vitest";
import { Random } from "../../src/math/random.ts";
import { crowdingDistances } from "../../src/tune/pareto/crowding.ts";
import { type Point, dominates, firstFront, frontsOf } from "../../src/tune/pareto/fronts.ts";
import { volumeOf } from "../../src/tune/pareto/hypervolume.ts";
import { pythonWith, runOptuna } from "./optuna.ts";

/** Points at random: on a grid of `steps`, so that some are equal in one coordinate or in all; or anywhere. */
function points(
  seed: number,
  count: number,
  objectives: number,
  steps: number = Infinity,
): Point[] {
  const random = new Random(seed);
  const value = (): number =>
    steps === Infinity ? random.uniform() : random.integer(steps) / steps;
  return Array.from({ length: count }, () => Array.from({ length: objectives }, value));
}

/** Sizes around the small ones, many points, few values, up to four objectives. */
const SETS: readonly (readonly [count: number, objectives: number, steps: number])[] = [
  [1, 2, 5],
  [2, 2, 2],
  [3, 1, 9],
  [17, 2, 4],
  [60, 2, Infinity],
  [60, 3, 5],
  [60, 3, Infinity],
  [40, 4, 3],
];
const sets = SETS.map(([count, objectives, steps], i) => points(i, count, objectives, steps));

test("dominates() asks for no worse everywhere and better somewhere", () => {
  expect(dominates([1, 2], [1, 3])).toBe(true);
  expect(dominates([1, 2], [1, 2])).toBe(false);
  expect(dominates([0, 3], [1, 2])).toBe(false);
  expect(dominates([-Infinity, 0], [0, 0])).toBe(true);
});

test("a front holds what only earlier fronts dominate, and each of it is dominated by the one before", () => {
  for (const set of sets) {
    const fronts = frontsOf(set);
    expect(fronts.flat().sort((a, b) => a - b)).toEqual(set.map((_, i) => i));
    const rank = new Map(fronts.flatMap((front, k) => front.map((i) => [i, k] as const)));
    for (const [i, k] of rank) {
      const over = set.flatMap((p, j) => (dominates(p, set[i]!) ? [rank.get(j)!] : []));
      expect(Math.max(-1, ...over)).toBe(k - 1);
    }
    expect(firstFront(set)).toEqual(fronts[0]);
  }
  expect(frontsOf([])).toEqual([]);
  expect(firstFront([])).toEqual([]);
});

test("equal points share a front", () => {
  expect(
    frontsOf([
      [1, 1],
      [0, 2],
      [1, 1],
      [2, 2],
      [2, 2],
    ]),
  ).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
});

test("crowding is the way from neighbour to neighbour, as a share of the width", () => {
  // In x: 0, 1, 4, 5; in y: 10, 8, 2, 0.
  const front = [
    [4, 2],
    [0, 10],
    [5, 0],
    [1, 8],
  ];
  expect([...crowdingDistances(front)]).toEqual([
    4 / 5 + 8 / 10,
    Infinity,
    Infinity,
    4 / 5 + 8 / 10,
  ]);
  expect([
    ...crowdingDistances([
      [3, 3],
      [3, 3],
    ]),
  ]).toEqual([0, 0]);
  expect([...crowdingDistances([])]).toEqual([]);
});

/** The share of a fine grid's cells below the reference [1, ...] whose middle some point dominates. */
function counted(set: readonly Point[], objectives: number, cells: number): number {
  let inside = 0;
  for (let c = 0; c < cells ** objectives; c++) {
    const middle = Array.from(
      { length: objectives },
      (_, k) => ((Math.floor(c / cells ** k) % cells) + 0.5) / cells,
    );
    if (set.some((p) => p.every((x, k) => x <= middle[k]!))) inside++;
  }
  return inside / cells ** objectives;
}

test("the volume is that of the cells which points dominate, in one to four objectives", () => {
  for (const [objectives, steps] of [
    [1, 10],
    [2, 8],
    [3, 6],
    [4, 5],
  ] as const) {
    for (let seed = 0; seed < 5; seed++) {
      const set = points(seed, 12, objectives, steps);
      // Coordinates are multiples of 1 / steps: the cells are exact.
      const expected = counted(set, objectives, steps);
      expect(volumeOf(set, Array(objectives).fill(1))).toBeCloseTo(expected, 12);
    }
  }
});

test("the volume counts nothing beyond the reference, and no point twice", () => {
  const set = points(3, 20, 3);
  const reference = [0.8, 0.9, 0.7];
  const volume = volumeOf(set, reference);
  expect(volumeOf([...set, ...set], reference)).toBe(volume);
  expect(volumeOf([...set, [0.1, 0.1, 0.7], [0, 5, 0]], reference)).toBe(volume);
  expect(volumeOf([...set].reverse(), reference)).toBeCloseTo(volume, 14);
  expect(
    volumeOf(
      firstFront(set).map((i) => set[i]!),
      reference,
    ),
  ).toBeCloseTo(volume, 14);
  expect(volumeOf([], reference)).toBe(0);
  expect(volumeOf([[-Infinity, 0.5]], [1, 1])).toBe(Infinity);
});

const python = pythonWith("optuna");
if (!python)
  console.warn("NOT TESTED: fronts, crowding and volumes beside Optuna's (python3-optuna)");

/** Optuna's own functions on sets of points: fronts, crowding distances of a set, and the volume below 2, 2, ... */
const PROGRAM = `
import json, sys, warnings, numpy, optuna
warnings.simplefilter("ignore")
from optuna.samplers.nsgaii import _sampler as nsga2
from optuna._hypervolume import WFG
from optuna.study import StudyDirection
out = []
for points in json.loads(sys.argv[1]):
    def trials(): return [optuna.trial.FrozenTrial(number=i, state=optuna.trial.TrialState.COMPLETE, value=None, values=p, datetime_start=None, datetime_complete=None, params={}, distributions={}, user_attrs={}, system_attrs={}, intermediate_values={}, trial_id=i) for i, p in enumerate(points)]
    directions = [StudyDirection.MINIMIZE] * len(points[0])
    fronts = optuna.samplers.NSGAIISampler()._fast_non_dominated_sort(trials(), directions)
    rooms = nsga2._calc_crowding_distance(trials())
    volume = WFG().compute(numpy.array(points), numpy.array([2.0] * len(points[0])))
    out.append([[sorted(t.number for t in f) for f in fronts], [rooms[i] for i in range(len(points))], volume])
print(json.dumps(out))
`;

test.skipIf(!python)(
  "fronts, crowding distances and volumes are Optuna's",
  () => {
    const given = sets.filter((set) => set[0]!.length > 1);
    const theirs = runOptuna(python!, PROGRAM, [JSON.stringify(given)]) as [
      number[][],
      number[],
      number,
    ][];
    expect(theirs.length).toBe(given.length);
    for (const [i, [fronts, rooms, volume]] of theirs.entries()) {
      const set = given[i]!;
      expect(frontsOf(set)).toEqual(fronts);
      const own = crowdingDistances(set);
      for (const [k, room] of rooms.entries()) expect(own[k]).toBeCloseTo(room, 12);
      expect(
        volumeOf(
          set,
          set[0]!.map(() => 2),
        ),
      ).toBeCloseTo(volume, 10);
    }
  },
  60_000,
);
