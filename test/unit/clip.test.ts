import { describe, expect, it } from "vitest";
import { emitClipping } from "../../src/optim/clip.ts";
import type { CommonOptions } from "../../src/optim/commonOptions.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { Space } from "../support/optimizerRun.ts";

type NormType = CommonOptions["clipNormType"];

/** The factor and the norm of gradients that lie in one padded run. */
function clip(
  gradients: readonly ArrayLike<number>[],
  limit: number,
  clipNormType: NormType,
  globalClipMode: CommonOptions["globalClipMode"],
  behind: number = NaN,
): { factor: number; norm: number } {
  let bytes = 0;
  const layout = gradients.map((g) => {
    const offset = bytes;
    bytes += 4 * ((g.length + 15) & ~15);
    return { offset, size: g.length, decays: true };
  });
  const space = new Space(Math.ceil(bytes / 2 ** 20) + 1);
  const grad = space.alloc(bytes);
  space.f32(grad, bytes / 4).fill(behind);
  gradients.forEach((g, i) => space.f32(grad + layout[i]!.offset, g.length).set(g));
  const [factor, norm] = [space.slot(), space.slot()];
  const slots = [norm, factor];
  const cells = {
    slot: () => slots.pop()!,
    table: (words: ArrayLike<number>) => space.alloc(4 * words.length),
  };
  const options = { ...sgd({ globalClipNorm: limit, clipNormType, globalClipMode }).options };
  space.run(
    space.program((k) => {
      emitClipping(k, cells, options, { gradients: grad, layout, trainedBytes: bytes });
    }),
  );
  return { factor: space.f32(factor.address, 1)[0]!, norm: space.f32(norm.address, 1)[0]! };
}

describe("norms", () => {
  const types: NormType[] = ["l2", "l1", "max"];

  it.each([1, 3, 4, 5, 4095, 4096, 4097, 8192, 12_289])(
    "of %i elements count every one and none behind",
    (n) => {
      const g = Float32Array.from({ length: n }, (_, i) => Math.sin(i + 1) * 3);
      let [squares, sum, max] = [0, 0, 0];
      for (const x of g) {
        squares += x * x;
        sum += Math.abs(x);
        max = Math.max(max, Math.abs(x));
      }
      const expected = { l2: Math.sqrt(squares), l1: sum, max };
      for (const type of types) {
        for (const behind of [NaN, Infinity]) {
          expect(clip([g], 1, type, "exact", behind).norm / expected[type]).toBeCloseTo(1, 6);
        }
      }
    },
  );

  it("of 10 M elements is right to 1e-6", () => {
    const g = new Float32Array(10_000_000).fill(0.1);
    const { norm, factor } = clip([g], 1, "l2", "exact");
    const e = Math.sqrt(1e7) * Math.fround(0.1);
    expect(Math.abs(norm / e - 1)).toBeLessThan(1e-6);
    expect(Math.abs(factor * e - 1)).toBeLessThan(1e-6);
  });

  it("neither overflows nor underflows where f32 squares would", () => {
    expect(clip([[3e30, 4e30]], 1, "l2", "exact").factor / 2e-31).toBeCloseTo(1, 5);
    expect(clip([[3e-30, 4e-30]], 1, "l2", "exact").norm / 5e-30).toBeCloseTo(1, 5);
  });

  it("clipFactor() is 1 at 0 and below the limit, exact or with PyTorch's epsilon", () => {
    for (const type of types) {
      expect(clip([[0, 0]], 1, type, "exact").factor).toBe(1);
      expect(clip([[0.5]], 1, type, "exact").factor).toBe(1);
      expect(clip([[1]], 1, type, "exact").factor).toBe(1);
      expect(clip([[2]], 1, type, "exact").factor).toBe(0.5);
      expect(clip([[1]], 1, type, "torch").factor).toBe(Math.fround(1 / (1 + Math.fround(1e-6))));
    }
  });

  it("a NaN gives a NaN factor wherever it stands, an infinity 0, as PyTorch", () => {
    for (const type of types) {
      for (let i = 0; i < 9; i++) {
        const g = new Float32Array(9).fill(1);
        g[i] = NaN;
        expect(clip([g], 1, type, "torch")).toEqual({ factor: NaN, norm: NaN });
        g[i] = -Infinity;
        expect(clip([g], 1, type, "torch")).toEqual({ factor: 0, norm: Infinity });
      }
    }
  });

  it("clipValue() keeps NaN and clamps infinities", () => {
    const space = new Space(1);
    const g = space.alloc(64);
    space.f32(g, 5).set([NaN, Infinity, -Infinity, 0.2, -3]);
    space.run(space.program((k) => k.clipValue(g, 0.5, 5)));
    expect([...space.f32(g, 5)]).toEqual([NaN, 0.5, -0.5, Math.fround(0.2), -0.5]);
  });
});
