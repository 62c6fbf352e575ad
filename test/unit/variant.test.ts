import { afterEach, describe, expect, test, vi } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { arithmeticNote, threadNote } from "../../src/kernels/notes.ts";
import { type Features, checkVariant, chooseVariant } from "../../src/kernels/variant.ts";
import { hardwareThreads } from "../../src/runtime/platform.ts";

afterEach(() => vi.unstubAllGlobals());

const ALL: Features = { simd: true, relaxed: true, fuses: true, threads: true, whyNoThreads: "" };
const NODE20: Features = { ...ALL, relaxed: false, fuses: false };
const BUN: Features = { ...ALL, fuses: false };
const PAGE: Features = { ...ALL, threads: false, whyNoThreads: "the page is not isolated" };

describe("chooseVariant()", () => {
  test.each([
    [ALL, 1, false, "relaxed"],
    [ALL, 2, false, "relaxed-mt"],
    [ALL, 2, true, "simd-mt"],
    [ALL, 1, true, "simd"],
    [NODE20, 2, false, "simd-mt"],
    [BUN, 1, false, "simd"],
    [PAGE, 4, false, "relaxed"],
  ] as const)(
    "of %j with %i threads, reproducible %s, is %s",
    (features, threads, same, variant) => {
      expect(chooseVariant(features, threads, same)).toBe(variant);
    },
  );

  test("refuses a runtime without SIMD", () => {
    expect(() => chooseVariant({ ...ALL, simd: false }, 1, false)).toThrow(OptionError);
  });
});

describe("checkVariant()", () => {
  test.each([
    ["relaxed", ALL, true, "simd or simd-mt under reproducible: true"],
    ["relaxed", NODE20, false, "without relaxed SIMD"],
    ["simd-mt", PAGE, false, "the page is not isolated"],
  ] as const)("refuses %s of %j", (variant, features, same, why) => {
    expect(() => checkVariant(variant, features, same)).toThrow(why);
  });

  test("takes what the runtime has", () => {
    checkVariant("relaxed-mt", ALL, false);
    checkVariant("relaxed", BUN, false);
    checkVariant("simd", PAGE, true);
  });

  test("is asked by init()", async () => {
    const variant = "scalar" as "simd";
    await expect(createEngine({ variant })).rejects.toThrow("must be one of simd, relaxed");
    await expect(createEngine({ variant: "relaxed", reproducible: true })).rejects.toThrow(
      "under reproducible",
    );
  });
});

describe("engine.info() says", () => {
  test.each([
    ["relaxed", ALL, /^fused multiply-add is used; .* leaves it out$/],
    ["simd", ALL, /^fused multiply-add is left out, as asked/],
    ["simd", NODE20, /no relaxed SIMD \(Node 22\+/],
    ["simd", BUN, /has relaxed SIMD but no fused multiply-add/],
    ["relaxed", BUN, /it does not fuse here/],
  ] as const)("why the arithmetic is that of %s with %j", (variant, features, note) => {
    expect(arithmeticNote(variant, features)).toMatch(note);
  });

  test("how many threads run, and what would give more", () => {
    const cores = hardwareThreads();
    expect(threadNote(1, 4, PAGE)).toBe("one thread: the page is not isolated");
    expect(threadNote(1, 2, ALL)).toMatch(/^one thread: the build .* must end in -mt$/);
    expect(threadNote(cores + 1, cores + 1, ALL)).toMatch(/they take turns; .*"auto"/);
    expect(threadNote(cores, cores, ALL)).toMatch(/^\d+ threads? on \d+ cores?$/);
    if (cores > 1) expect(threadNote(1, 1, ALL)).toMatch(/"auto" }\) takes all/);
  });

  test("that a page's main thread has no more threads than cores", async () => {
    vi.stubGlobal("document", {});
    const cores = hardwareThreads();
    const engine = await createEngine({ threads: cores + 3 });
    expect(engine.threads).toBe(cores);
    if (cores > 1) expect(engine.info().notes[1]).toMatch(/a page's main thread cannot sleep/);
    await engine.close();
  });
});
