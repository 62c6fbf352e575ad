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

/** One kernel: what every look writes anew, and where it is looked at. */
interface Watched extends WeightActivity {
  weightNorm: number;
  gradientNorm: number;
  updateRatio: number;
  /** First elements of weights and gradients in 32-bit views. */
  readonly at: number;
  readonly gradient: number;
  /** Odd, so that a kernel whose width is a power of two shows all of its columns. */
  readonly stride: number;
  readonly size: number;
  /** The weights of before the step. */
  readonly held: Float32Array;
}

/** Compares the kernels before and after a step. Biases and norms begin at 0 or 1 and are left out. */
export class WeightProbe {
  private readonly runner: Runner;
  private readonly kernels: readonly Watched[];
  private kept = false;

  constructor(runner: Runner) {
    const { memory } = runner;
    this.runner = runner;
    this.kernels = memory.trained
      .filter((v) => v.spec.decay !== false && v.spec.shape.length >= 2 && v.size > 0)
      .map(({ name, size }) => {
        const stride = Math.ceil(size / MOST) | 1;
        return {
          name,
          weightNorm: Number.NaN,
          gradientNorm: Number.NaN,
          updateRatio: Number.NaN,
          at: memory.address(name) >>> 2,
          gradient: memory.gradient(name) >>> 2,
          stride,
          size,
          held: new Float32Array(Math.ceil(size / stride)),
        };
      });
  }

  /** Whether it looks at this runner, whose blocks stay where they are. */
  fits(runner: Runner): boolean {
    return runner === this.runner;
  }

  /** Keeps the weights of before a step. */
  keep(): void {
    const { f32 } = this.runner.engine;
    for (const { held, at, stride } of this.kernels)
      for (let k = 0, i = at; k < held.length; k++, i += stride) held[k] = f32[i]!;
    this.kept = true;
  }

  /** What the step since `keep` did. @returns good until the next call */
  compare(): readonly WeightActivity[] {
    const { f32 } = this.runner.engine;
    const { kept } = this;
    for (const v of this.kernels) {
      const { held, at, gradient, stride } = v;
      let [weights, gradients, steps] = [0, 0, 0];
      for (let k = 0, i = 0; k < held.length; k++, i += stride) {
        const [w, g] = [f32[at + i]!, f32[gradient + i]!];
        const step = w - held[k]!;
        weights += w * w;
        gradients += g * g;
        steps += step * step;
      }
      const scale = v.size / held.length;
      v.weightNorm = Math.sqrt(scale * weights);
      v.gradientNorm = Math.sqrt(scale * gradients);
      v.updateRatio = kept && weights > 0 ? Math.sqrt(steps / weights) : Number.NaN;
    }
    return this.kernels;
  }
}
