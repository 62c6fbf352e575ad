// The limits that kernels are held against: arithmetic in registers, and copying at several sizes.
import { program } from "../thalweg.mjs";
import { regionsOf } from "../../build/modules/memory/regions.js";

const ROUNDS = 20_000;

/** Contestants of arithmetic: `madd` is what kernels use, fused or not as the build has it. */
export function arithmeticPeaks(engine) {
  const peak = (name, loop) => ({
    name,
    flops: 104 * ROUNDS,
    run: (calls) => {
      for (let i = 0; i < calls; i++) loop(ROUNDS);
    },
  });
  return [peak("mul+add", engine.exports.peakMulAdd), peak("madd", engine.exports.peakMadd)];
}

/** A copy that touches as many bytes as a kernel does: half are read, half written. */
export function copyPeak(engine, bytes) {
  const half = Math.max(64, 64 * Math.round(bytes / 128));
  const regions = regionsOf(engine);
  const [from, to] = [regions.allocate(half), regions.allocate(half)];
  const copy = program(engine, (k) => k.copyBytes(from, to, half));
  return {
    name: "copy",
    bytes: 2 * half,
    run: (calls) => {
      for (let i = 0; i < calls; i++) copy.run();
    },
    close: () => {
      copy.free();
      regions.free(from);
      regions.free(to);
    },
  };
}
