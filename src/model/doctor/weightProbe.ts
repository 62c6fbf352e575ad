import type { Runner } from "../runner.ts";

/** What a step did to one kernel. */
export interface WeightActivity {
  /** `layer/parameter`. */
  readonly name: string;
  readonly weightNorm: number;
  readonly gradientNorm: number;
  /** Norm of the step over the norm of the weights; NaN where nothing was kept from before, or the weights are 0. */
  readonly updateRatio: number;
}

/**
 * Elements of a kernel that are looked at: evenly spaced ones of a larger one, and the norms are scaled up. They
 * are then known to some 5 %, where thresholds are factors of ten; all of them would take longer than the step.
 */
const MOST = 256;

/** An odd stride, so that a kernel whose width is a power of two shows all of its columns. */
function strideOf(size: number): number {
  return Math.ceil(size / MOST) | 1;
}

/** Compares the kernels before and after a step. Biases and norms begin at 0 or 1 and are left out. */
export class WeightProbe {
  private readonly runner: Runner;
  private readonly kernels: Runner["memory"]["trained"];
  private readonly before = new Map<string, Float32Array>();

  constructor(runner: Runner) {
    this.runner = runner;
    this.kernels = runner.memory.trained.filter((v) => v.spec.shape.length >= 2);
  }

  /** Keeps the weights of before a step. */
  keep(): void {
    const { engine, memory } = this.runner;
    const { f32 } = engine;
    for (const v of this.kernels) {
      const stride = strideOf(v.size);
      const count = Math.ceil(v.size / stride);
      let held = this.before.get(v.name);
      if (!held) this.before.set(v.name, (held = new Float32Array(count)));
      const from = memory.address(v.name) >>> 2;
      for (let k = 0, i = from; k < count; k++, i += stride) held[k] = f32[i]!;
    }
  }

  /** What the step since `keep` did. */
  compare(): WeightActivity[] {
    const { engine, memory } = this.runner;
    const { f32 } = engine;
    return this.kernels.map((v) => {
      const stride = strideOf(v.size);
      const count = Math.ceil(v.size / stride);
      const held = this.before.get(v.name);
      const [at, grad] = [memory.address(v.name) >>> 2, memory.gradient(v.name) >>> 2];
      let [weights, gradients, steps] = [0, 0, 0];
      for (let k = 0, i = 0; k < count; k++, i += stride) {
        const [w, g] = [f32[at + i]!, f32[grad + i]!];
        const step = held ? w - held[k]! : 0;
        weights += w * w;
        gradients += g * g;
        steps += step * step;
      }
      const scale = v.size / count;
      return {
        name: v.name,
        weightNorm: Math.sqrt(scale * weights),
        gradientNorm: Math.sqrt(scale * gradients),
        updateRatio: held && weights > 0 ? Math.sqrt(steps / weights) : Number.NaN,
      };
    });
  }
}
