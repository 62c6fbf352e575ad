function rotated(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/**
 * Bob Jenkins's lookup3 of bytes, by which HDF5 checks its headers.
 * Source: Jenkins 2006, lookup3.c, hashlittle() with an initial value of 0.
 */
export function lookup3(bytes: Uint8Array): number {
  let length = bytes.length;
  let a = (0xdeadbeef + length) | 0;
  let [b, c] = [a, a];
  let at = 0;
  const word = (i: number, count: number): number => {
    let value = 0;
    for (let k = 0; k < Math.min(4, count); k++) value |= bytes[i + k]! << (8 * k);
    return value;
  };
  while (length > 12) {
    a = (a + word(at, 4)) | 0;
    b = (b + word(at + 4, 4)) | 0;
    c = (c + word(at + 8, 4)) | 0;
    a = (a - c) ^ rotated(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotated(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotated(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotated(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotated(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotated(b, 4);
    b = (b + a) | 0;
    at += 12;
    length -= 12;
  }
  if (length === 0) return c >>> 0;
  a = (a + word(at, length)) | 0;
  if (length > 4) b = (b + word(at + 4, length - 4)) | 0;
  if (length > 8) c = (c + word(at + 8, length - 8)) | 0;
  c = (c ^ b) - rotated(b, 14);
  a = (a ^ c) - rotated(c, 11);
  b = (b ^ a) - rotated(a, 25);
  c = (c ^ b) - rotated(b, 16);
  a = (a ^ c) - rotated(c, 4);
  b = (b ^ a) - rotated(a, 14);
  c = (c ^ b) - rotated(b, 24);
  return c >>> 0;
}
