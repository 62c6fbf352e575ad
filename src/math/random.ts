import { log } from "./log.ts";
import { lowWord, philox, topWord } from "./philox.ts";
import { cos, sin } from "./sin.ts";

/**
 * A sequence of random numbers for the host: shuffling, sampling, initial values, search. It is
 * fixed by (seed, stream) alone, the same in every engine, and can be read off and put back
 * (`position`).
 *
 * ```ts
 * const random = new Random(42);
 * random.permutation(5); // Int32Array [ ... ], the same everywhere
 * ```
 */
export class Random {
  /** Number of 32-bit words drawn so far; set it to continue from a checkpoint. */
  position: number;
  private readonly seed: number;
  private readonly stream: number;
  private readonly words: Uint32Array;
  private block: number;

  /**
   * @param seed    integer in [0, 2^53)
   * @param stream  integer in [0, 2^32): sequences of different streams are independent
   * @throws RangeError if an argument is not such an integer
   */
  constructor(seed: number, stream: number = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`Random seed: must be an integer in [0, 2^53), got ${seed}`);
    }
    if (!Number.isInteger(stream) || stream < 0 || stream > 0xffffffff) {
      throw new RangeError(`Random stream: must be an integer in [0, 2^32), got ${stream}`);
    }
    this.seed = seed;
    this.stream = stream;
    this.position = 0;
    this.words = new Uint32Array(4);
    this.block = -1;
  }

  /** 32 random bits, as an integer in [0, 2^32). */
  uint32(): number {
    const block = Math.floor(this.position / 4);
    if (block !== this.block) {
      this.block = block;
      const { seed, stream, words } = this;
      // The fourth word keeps these counters apart from those of the kernels, whose steps are below
      // 2^53.
      philox(
        lowWord(block),
        stream,
        topWord(block),
        0xffffffff,
        lowWord(seed),
        topWord(seed),
        words,
      );
    }
    return this.words[this.position++ & 3]!;
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) * 2 ** -53;
  }

  /** Normal with mean 0 and standard deviation 1 (Box & Muller 1958); two uniforms a number. */
  normal(): number {
    const u = this.uniform();
    const v = this.uniform();
    return Math.sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
  }

  /**
   * Uniform integer in [0, n), without bias: words that would favour some results are drawn again.
   *
   * @param n  integer in [1, 2^32]
   * @throws RangeError if n is not such an integer
   */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 4294967296) {
      throw new RangeError(`Random.integer: n must be an integer in [1, 2^32], got ${n}`);
    }
    const limit = 4294967296 - (4294967296 % n);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % n;
  }

  /** Shuffles in place (Fisher & Yates, Knuth's algorithm P) and returns its argument. */
  shuffle(values: Int32Array): Int32Array {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
    }
    return values;
  }

  /** 0 to n - 1 in random order. */
  permutation(n: number): Int32Array {
    const values = new Int32Array(n);
    for (let i = 0; i < n; i++) values[i] = i;
    return this.shuffle(values);
  }
}

/**
 * Two independent normals from two uniforms: what the kernel `randomNormal` computes, in float64.
 */
export function boxMuller(u: number, v: number, out: Float64Array): void {
  const radius = Math.sqrt(-2 * log(u));
  out[0] = radius * cos(6.283185307179586 * v);
  out[1] = radius * sin(6.283185307179586 * v);
}
