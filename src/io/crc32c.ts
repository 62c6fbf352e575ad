/** The Castagnoli polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** Tables by which eight bytes are taken at a time. */
let tables: Uint32Array[] | null = null;

function makeTables(): Uint32Array[] {
  const first: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? POLYNOMIAL ^ (c >>> 1) : c >>> 1;
    return c;
  });
  const all: Uint32Array[] = [first];
  for (let i = 1; i < 8; i++) all.push(all[i - 1]!.map((c) => first[c & 255]! ^ (c >>> 8)));
  return all;
}

/**
 * CRC-32C of bytes, unsigned.
 * Source: RFC 3720, appendix B.4; Kounavis & Berry 2005, slicing by 8.
 *
 * @param before  the checksum of what came before, 0 at the start
 */
export function crc32c(bytes: Uint8Array, before: number = 0): number {
  tables ??= makeTables();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let c = ~before;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    c =
      t7[c & 255]! ^
      t6[(c >>> 8) & 255]! ^
      t5[(c >>> 16) & 255]! ^
      t4[c >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) c = t0[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}
