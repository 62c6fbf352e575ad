import { sin } from "../math/sin.ts";

/** Bits that a step turns by, four a round. */
const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

/** floor(2^32 |sin(i + 1)|); no value is within 0.01 of a whole number. */
const SINES = /* @__PURE__ */ Uint32Array.from({ length: 64 }, (_, i) =>
  Math.floor(2 ** 32 * Math.abs(sin(i + 1))),
);

/** One block of 64 bytes: 16 words. */
function block(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!];
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    let f: number;
    let word: number;
    if (round === 0) [f, word] = [(b & c) | (~b & d), i];
    else if (round === 1) [f, word] = [(d & b) | (~d & c), 5 * i + 1];
    else if (round === 2) [f, word] = [b ^ c ^ d, 3 * i + 5];
    else [f, word] = [c ^ (b | ~d), 7 * i];
    const sum = (a + f + SINES[i]! + words[word & 15]!) | 0;
    const turn = TURNS[4 * round + (i & 3)]!;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}

/**
 * MD5 of bytes, as 32 hexadecimal digits: what older publishers give to check a download by. It tells damage from the
 * file, not malice; crypto.subtle has none. Source: RFC 1321.
 */
export function md5(bytes: Uint8Array): string {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const words = new Uint32Array(16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~63;
  for (let at = 0; at < whole; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + 4 * i, true);
    block(state, words);
  }
  // | rest | 0x80 | zeros | length in bits, 64 bits |
  const rest = bytes.length - whole;
  const tail = new Uint8Array(rest < 56 ? 64 : 128);
  tail.set(bytes.subarray(whole));
  tail[rest] = 0x80;
  const end = new DataView(tail.buffer);
  end.setUint32(tail.length - 8, 8 * bytes.length, true);
  end.setUint32(tail.length - 4, Math.floor(bytes.length / 2 ** 29), true);
  for (let at = 0; at < tail.length; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = end.getUint32(at + 4 * i, true);
    block(state, words);
  }
  const out = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => out.setUint32(4 * i, word, true));
  return Array.from(new Uint8Array(out.buffer), (b) => b.toString(16).padStart(2, "0")).join("");
}
