import { setFlagsFromString } from "node:v8";
import { type Engine, type EngineOptions, createEngine } from "../../src/kernels/engine.ts";
import { VARIANTS, type Variant, probeFeatures } from "../../src/kernels/variant.ts";

// Node 20 has relaxed SIMD behind a flag, which newer versions no longer know (they ignore it).
setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The builds that this runtime can run. */
export const BUILDS: readonly Variant[] = VARIANTS.filter((v) => {
  const { relaxed, threads } = probeFeatures();
  return (relaxed || !v.startsWith("relaxed")) && (threads || !v.endsWith("-mt"));
});

const missing = VARIANTS.filter((v) => !BUILDS.includes(v));
if (missing.length > 0)
  console.warn(`SKIPPED: this runtime cannot run ${missing.join(", ")}; their laws are not tested`);

/** An engine of its own with every kernel. */
export async function completeEngine(options: Partial<EngineOptions>): Promise<Engine> {
  const engine = await createEngine(options);
  await engine.extend();
  return engine;
}

const engines = new Map<Variant, Promise<Engine>>();

/** One engine a build, of one thread, for all tests of a file. */
export function engineOf(variant: Variant): Promise<Engine> {
  let engine = engines.get(variant);
  if (!engine) engines.set(variant, (engine = completeEngine({ variant, threads: 1 })));
  return engine;
}
