import { OptionError } from "../errors.ts";
import { isEdgeWorker } from "../runtime/platform.ts";

/** The shipped builds of one source: with or without fused multiply-add, with or without shared memory. */
export type Variant = "simd" | "relaxed" | "simd-mt" | "relaxed-mt";

export const VARIANTS: readonly Variant[] = ["simd", "relaxed", "simd-mt", "relaxed-mt"];

const HEAD = [0, 97, 115, 109, 1, 0, 0, 0];
const SIMD = [1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
const RELAXED = [
  1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2,
  11,
];
const THREADS = [
  1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11,
];

/** A function that tells whether a a - (1 + 2^-11) is 0 for a = 1 + 2^-12: it is where the product is rounded. */
const FUSES = [
  1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 37, 1, 35, 0, 67, 0, 8, 128, 63,
  253, 19, 67, 0, 8, 128, 63, 253, 19, 67, 0, 16, 128, 191, 253, 19, 253, 133, 2, 253, 31, 0, 67, 0,
  0, 0, 0, 92, 11,
];

/** What the runtime can do, found by tiny modules. */
export interface Features {
  simd: boolean;
  /** The relaxed SIMD proposal. */
  relaxed: boolean;
  /** Whether its multiply-add rounds once. Bun's does not, nor does any on a processor without that instruction. */
  fuses: boolean;
  /** Shared memory and atomics; in browsers only under cross-origin isolation. */
  threads: boolean;
  /** Why there are no threads; empty where there are. */
  whyNoThreads: string;
}

/** Whether relaxed SIMD is worth anything: two roundings are what `simd` has, in a tile made for more registers. */
function fuses(): boolean {
  try {
    const module = new WebAssembly.Module(new Uint8Array([...HEAD, ...FUSES]));
    const { f } = new WebAssembly.Instance(module).exports as { f?: () => number };
    return f?.() === 1;
  } catch {
    // Edge workers compile nothing at run time; theirs is V8, which does.
    return isEdgeWorker();
  }
}

export function probeFeatures(): Features {
  const has = (body: readonly number[]): boolean =>
    WebAssembly.validate(new Uint8Array([...HEAD, ...body]));
  let whyNoThreads = "";
  const g = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "undefined" || g.crossOriginIsolated === false) {
    whyNoThreads =
      "the page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  } else if (!has(THREADS)) whyNoThreads = "this engine has no WebAssembly threads";
  else if (isEdgeWorker()) whyNoThreads = "edge workers have one thread";
  const relaxed = has(RELAXED);
  return {
    simd: has(SIMD),
    relaxed,
    fuses: relaxed && fuses(),
    threads: whyNoThreads === "",
    whyNoThreads,
  };
}

/** The fastest variant that the features and options allow. @throws OptionError without SIMD */
export function chooseVariant(features: Features, threads: number, reproducible: boolean): Variant {
  if (!features.simd) {
    throw new OptionError(
      "engine: this runtime has no WebAssembly SIMD; use Node 16.4, Chrome 91, Firefox 89, Safari 16.4 or newer",
    );
  }
  const arithmetic = features.fuses && !reproducible ? "relaxed" : "simd";
  return threads > 1 && features.threads ? `${arithmetic}-mt` : arithmetic;
}

/** Makes sure that a build which was asked for by name is one, can run, and is what else was asked for. @throws OptionError */
export function checkVariant(variant: Variant, features: Features, reproducible: boolean): void {
  const refuse = (must: string, got: string): never => {
    throw new OptionError(`init: variant must ${must}, got ${got}; leave it out for the fastest`);
  };
  if (!VARIANTS.includes(variant))
    refuse(`be one of ${VARIANTS.join(", ")}`, `"${String(variant)}"`);
  const relaxed = variant.startsWith("relaxed");
  if (relaxed && reproducible) refuse("be simd or simd-mt under reproducible: true", variant);
  if (relaxed && !features.relaxed)
    refuse("be one that this runtime has", `${variant}, without relaxed SIMD`);
  if (variant.endsWith("-mt") && !features.threads)
    refuse("be one that this runtime has", `${variant}, but ${features.whyNoThreads}`);
}

/**
 * The gzip bytes of a variant as base64: a literal import each, the form that every bundler understands.
 *
 * @param all  every kernel, not only those of plain networks
 */
export async function loadBase64(variant: Variant, all: boolean): Promise<string> {
  switch (variant) {
    case "simd":
      return (await (all ? import("./wasm/simd.ts") : import("./wasm/simd-core.ts"))).default;
    case "relaxed":
      return (await (all ? import("./wasm/relaxed.ts") : import("./wasm/relaxed-core.ts"))).default;
    case "simd-mt":
      return (await (all ? import("./wasm/simd-mt.ts") : import("./wasm/simd-mt-core.ts"))).default;
    case "relaxed-mt":
      return (await (all ? import("./wasm/relaxed-mt.ts") : import("./wasm/relaxed-mt-core.ts")))
        .default;
  }
}
