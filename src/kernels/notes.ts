import { hardwareThreads, maySleep } from "../runtime/platform.ts";
import type { Features, Variant } from "./variant.ts";

const REPRODUCIBLE = "results are the same in every engine";

/** Which arithmetic a build has, why it was chosen, and what would be faster: a sentence of `engine.info()`. */
export function arithmeticNote(variant: Variant, { relaxed, fuses }: Features): string {
  if (variant.startsWith("relaxed")) {
    return fuses
      ? "fused multiply-add is used; init({ reproducible: true }) leaves it out"
      : "relaxed SIMD is used, as asked; it does not fuse here, and the simd builds are as fast";
  }
  if (fuses) return `fused multiply-add is left out, as asked: ${REPRODUCIBLE}`;
  return relaxed
    ? `this engine has relaxed SIMD but no fused multiply-add, which would be up to twice as fast; ${REPRODUCIBLE}`
    : `this engine has no relaxed SIMD (Node 22+, Chrome 114+ and Firefox 145+ have): fused multiply-add would be up to twice as fast; ${REPRODUCIBLE}`;
}

/** How many threads run, why not as many as were asked for, and what would give more. */
export function threadNote(threads: number, asked: number, features: Features): string {
  const { whyNoThreads } = features;
  const cores = hardwareThreads();
  if (whyNoThreads !== "") return `one thread: ${whyNoThreads}`;
  if (threads === 1 && asked > 1 && maySleep())
    return "one thread: the build that was asked for has no shared memory; its name must end in -mt";
  const on = `${threads} ${threads === 1 ? "thread" : "threads"} on ${cores} ${cores === 1 ? "core" : "cores"}`;
  if (threads < asked)
    return `${on}: a page's main thread cannot sleep while it waits, so there are no more than cores; a worker can`;
  if (threads > cores)
    return `${on}: they take turns; init({ threads: "auto" }) takes as many as there are cores`;
  if (threads < cores)
    return `${on}: init({ threads: "auto" }) takes all, which large models gain from`;
  return on;
}
