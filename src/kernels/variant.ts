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

/** What the runtime can do, found by validating tiny modules. */
export interface Features {
  simd: boolean;
  /** Fused multiply-add by the relaxed SIMD proposal. */
  relaxed: boolean;
  /** Shared memory and atomics; in browsers only under cross-origin isolation. */
  threads: boolean;
  /** Why there are no threads; empty where there are. */
  whyNoThreads: string;
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
  return { simd: has(SIMD), relaxed: has(RELAXED), threads: whyNoThreads === "", whyNoThreads };
}

/** The fastest variant that the features and options allow. @throws OptionError without SIMD */
export function chooseVariant(features: Features, threads: number, reproducible: boolean): Variant {
  if (!features.simd) {
    throw new OptionError(
      "engine: this runtime has no WebAssembly SIMD; use Node 16.4, Chrome 91, Firefox 89, Safari 16.4 or newer",
    );
  }
  const arithmetic = features.relaxed && !reproducible ? "relaxed" : "simd";
  return threads > 1 && features.threads ? `${arithmetic}-mt` : arithmetic;
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
