/** Small seeded generator for tests (mulberry32): uint32 at a time. */
export class TestRandom {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number in [0, n). */
  integer(n: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }
}

const TELLING = [
  0, 1, 0x22, 0x2c, 0x0a, 0x0d, 0x30, 0x39, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xff,
];

/** A copy with 1 to 3 random changes: a flipped bit, a set or borrowed byte, a cut, bytes put in or taken out. */
export function mutate(bytes: Uint8Array, random: TestRandom): Uint8Array {
  let out = Uint8Array.from(bytes);
  for (let n = 1 + random.integer(3); n > 0; n--) {
    const at = random.integer(out.length + 1);
    const kind = random.integer(6);
    if (kind === 0 && at < out.length) out[at]! ^= 1 << random.integer(8);
    else if (kind === 1 && at < out.length) out[at] = TELLING[random.integer(TELLING.length)]!;
    else if (kind === 2 && random.integer(4) === 0) out = out.slice(0, at);
    else if (kind === 3 && at < out.length) out[at] = out[random.integer(out.length)]!;
    else if (kind === 4) {
      const extra = Array.from(
        { length: 1 + random.integer(6) },
        () => TELLING[random.integer(TELLING.length)]!,
      );
      out = Uint8Array.from([...out.subarray(0, at), ...extra, ...out.subarray(at)]);
    } else
      out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(at + 1 + random.integer(6))]);
  }
  return out;
}
