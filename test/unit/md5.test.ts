import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { md5 } from "../../src/io/md5.ts";

// RFC 1321, appendix A.5.
test.each([
  ["", "d41d8cd98f00b204e9800998ecf8427e"],
  ["a", "0cc175b9c0f1b6a831c399e269772661"],
  ["abc", "900150983cd24fb0d6963f7d28e17f72"],
  ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
  ["abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"],
])("md5() of %j is that of the standard", (text, digest) => {
  expect(md5(new TextEncoder().encode(text))).toBe(digest);
});

test("md5() is right for every length around a block, and for a view into other bytes", () => {
  const all = Uint8Array.from({ length: 300 }, (_, i) => (i * 37) & 255);
  for (let length = 0; length <= 200; length++) {
    const bytes = all.subarray(7, 7 + length);
    expect(md5(bytes), `${length} bytes`).toBe(createHash("md5").update(bytes).digest("hex"));
  }
});
