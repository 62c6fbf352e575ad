import { Random } from "../../math/random.ts";
import type { Distribution } from "../space/distribution.ts";
import { fromUnit } from "../space/internal.ts";
import type { Sampler, StudyView } from "./sampler.ts";

/**
 * A primitive polynomial over GF(2), as bits, and the first direction numbers, for axes 1 to 31; axis 0 is van
 * der Corput's sequence. Source: Joe & Kuo 2008, "Constructing Sobol sequences with better two-dimensional
 * projections", table new-joe-kuo-6.
 */
const AXES: readonly (readonly number[])[] = [
  [3, 1],
  [7, 1, 3],
  [11, 1, 3, 1],
  [13, 1, 1, 1],
  [19, 1, 1, 3, 3],
  [25, 1, 3, 5, 13],
  [37, 1, 1, 5, 5, 17],
  [41, 1, 1, 5, 5, 5],
  [47, 1, 1, 7, 11, 19],
  [55, 1, 1, 5, 1, 1],
  [59, 1, 1, 1, 3, 11],
  [61, 1, 3, 5, 5, 31],
  [67, 1, 3, 3, 9, 7, 49],
  [91, 1, 1, 1, 15, 21, 21],
  [97, 1, 3, 1, 13, 27, 49],
  [103, 1, 1, 1, 15, 7, 5],
  [109, 1, 3, 1, 15, 13, 25],
  [115, 1, 1, 5, 5, 19, 61],
  [131, 1, 3, 7, 11, 23, 15, 103],
  [137, 1, 3, 7, 13, 13, 15, 69],
  [143, 1, 1, 3, 13, 7, 35, 63],
  [145, 1, 3, 5, 9, 1, 25, 53],
  [157, 1, 3, 1, 13, 9, 35, 107],
  [167, 1, 3, 1, 5, 27, 61, 31],
  [171, 1, 1, 5, 11, 19, 41, 61],
  [185, 1, 3, 5, 3, 3, 13, 69],
  [191, 1, 1, 7, 13, 1, 19, 1],
  [193, 1, 3, 7, 5, 13, 19, 59],
  [203, 1, 1, 3, 9, 25, 29, 41],
  [211, 1, 3, 5, 13, 23, 1, 55],
  [213, 1, 3, 7, 3, 13, 59, 17],
];

/** Axes that have direction numbers of their own. */
export const SOBOL_AXES: number = AXES.length + 1;

/** The 32 direction numbers of an axis. */
function directionsOf(axis: number): Uint32Array {
  const v = new Uint32Array(32);
  if (axis === 0) return v.map((_, i) => (1 << (31 - i)) >>> 0);
  const [polynomial, ...first] = AXES[axis - 1]!;
  const degree = first.length;
  for (let i = 0; i < 32; i++) {
    if (i < degree) {
      v[i] = first[i]! << (31 - i);
      continue;
    }
    let x = v[i - degree]! ^ (v[i - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((polynomial! >>> (degree - k)) & 1) x ^= v[i - k]!;
    v[i] = x;
  }
  return v;
}

function reversed(x: number): number {
  let y = 0;
  for (let i = 0; i < 32; i++) y = (y << 1) | ((x >>> i) & 1);
  return y >>> 0;
}

/**
 * A permutation in which every bit depends on the lower ones alone: on reversed bits, Owen's nested
 * scrambling. Source: Laine & Karras 2011, "Stratified sampling for stochastic transparency", section 3.1.
 */
function scrambled(x: number, seed: number): number {
  let y = (reversed(x) + seed) | 0;
  y ^= Math.imul(y, 0x6c50b47c);
  y ^= Math.imul(y, 0xb82f1e52);
  y ^= Math.imul(y, 0xc7afe638);
  y ^= Math.imul(y, 0x8d22f6e6);
  return reversed(y >>> 0);
}

/** Element `i` of an axis of the sequence, as 32 bits, before scrambling. */
export function sobolBits(directions: Uint32Array, i: number): number {
  let x = 0;
  for (let bit = 0; bit < 32 && i >>> bit !== 0; bit++) if ((i >>> bit) & 1) x ^= directions[bit]!;
  return x >>> 0;
}

/** A scrambled Sobol sequence in [0, 1)^axes. */
export class Sobol {
  private readonly directions: readonly Uint32Array[];
  private readonly seeds: Uint32Array;
  /** Scrambles the index of each further set of 32 axes: sets are then independent of one another. */
  private readonly orders: Uint32Array;

  constructor(axes: number, seed: number, stream: number) {
    const random = new Random(seed, stream);
    const own = Array.from({ length: Math.min(axes, SOBOL_AXES) }, (_, a) => directionsOf(a));
    this.directions = Array.from({ length: axes }, (_, a) => own[a % SOBOL_AXES]!);
    this.seeds = Uint32Array.from({ length: axes }, () => random.uint32());
    this.orders = Uint32Array.from({ length: Math.ceil(axes / SOBOL_AXES) }, () => random.uint32());
  }

  /** Element `i`, on every axis: the middle of its cell of 2^-32. */
  point(i: number): Float64Array {
    return Float64Array.from(this.directions, (directions, axis) => {
      const set = Math.floor(axis / SOBOL_AXES);
      const index = set === 0 ? i : scrambled(i, this.orders[set]!);
      return (scrambled(sobolBits(directions, index), this.seeds[axis]!) + 0.5) * 2 ** -32;
    });
  }
}

/** A number for a name: FNV-1a of its UTF-16 units. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * A scrambled Sobol sequence: points that fill the space more evenly than random ones, above all over a number of
 * trials that is a power of two. Parameters that are not known before a trial begins get a sequence each.
 *
 * Source: Sobol 1967; Owen 1995 for the scrambling, as a hash.
 */
export function sobolSampler(): Sampler {
  return {
    name: "sobol",
    together({ number, seed }, space) {
      const names = Object.keys(space);
      const point = new Sobol(names.length, seed, nameHash(names.join("\n"))).point(number);
      return Object.fromEntries(names.map((name, i) => [name, fromUnit(space[name]!, point[i]!)]));
    },
    single: ({ number, seed }: StudyView, name: string, d: Distribution) =>
      fromUnit(d, new Sobol(1, seed, nameHash(name)).point(number)[0]!),
  };
}
