import { expect, test } from "vitest";
import { createEngine } from "../../src/kernels/engine.ts";
import { Regions } from "../../src/memory/regions.ts";

test("free() of a region without bytes leaves the one that was made after it", async () => {
  const regions = new Regions(await createEngine({ variant: "simd" }));
  const empty = regions.allocate(0);
  const held = regions.allocate(64);
  regions.free(empty);
  expect(regions.used).toBe(64);
  expect(regions.allocate(64)).not.toBe(held);
});
