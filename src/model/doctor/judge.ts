import { type Finding, type FindingCode, short } from "./finding.ts";
import type { LayerActivity } from "./layerProbe.ts";
import type { WeightActivity } from "./weightProbe.ts";

/** One look at a training. */
export interface Sample {
  readonly step: number;
  /** Running mean of the epoch's loss. */
  readonly loss: number;
  readonly layers: readonly LayerActivity[];
  readonly weights: readonly WeightActivity[];
}

/**
 * Share of relu units that are never positive from which on it is said. Half of them are so from the start where
 * inputs are all positive, and the others learn.
 */
const DEAD_SHARE = 0.7;
/** Looks over which a unit must have been silent. */
const DEAD_LOOKS = 4;
/** Looks in a row that something must last. */
const LASTING = 3;
/** Mean square of tanh, or of 2 sigmoid - 1, of units that no longer move. */
const SATURATED = 0.95;
/** A kernel that moves by this part of itself in one step forgets what it knew. */
const LARGE_UPDATE = 0.1;
const SMALL_UPDATE = 1e-6;
/** Gradients of the first kernel as a part of the largest, both relative to the weights. */
const VANISHING = 1e-5;

const layerOf = (variable: string): string => variable.slice(0, variable.lastIndexOf("/"));

/**
 * Judges looks at a training as they come. What a healthy training does for a moment, in its first steps or
 * on one batch, is no finding: most things must last for two or three looks, and each is said once.
 */
export class Judge {
  readonly findings: Finding[] = [];
  private readonly lasting = new Map<string, number>();
  private readonly tops = new Map<string, { top: Float32Array; looks: number }>();
  private firstLoss = Number.NaN;

  /** Adds a finding that was not made before. */
  add(finding: Finding): void {
    const known = this.findings.some((f) => f.code === finding.code && f.layer === finding.layer);
    if (!known) this.findings.push(finding);
  }

  /** Whether something has been so for `looks` looks in a row. */
  private lasts(code: FindingCode, layer: string, is: boolean, looks: number = LASTING): boolean {
    // Of a healthy training nothing is written down.
    if (!is && this.lasting.size === 0) return false;
    const key = `${code} ${layer}`;
    const count = is ? (this.lasting.get(key) ?? 0) + 1 : 0;
    if (is) this.lasting.set(key, count);
    else this.lasting.delete(key);
    return count >= looks;
  }

  look(sample: Sample): void {
    if (Number.isNaN(this.firstLoss)) this.firstLoss = sample.loss;
    for (const layer of sample.layers) this.lookAtLayer(layer);
    this.lookAtWeights(sample);
  }

  private lookAtLayer(a: LayerActivity): void {
    const { layer, activation, isOutput } = a;
    if (!Number.isFinite(a.meanSquare)) {
      this.add({
        code: "nonFinite",
        severity: "error",
        layer,
        message: "its output is not finite",
        value: a.meanSquare,
        cure: "lower the learning rate, clip gradients (globalClipNorm: 1), or scale the inputs",
      });
      return;
    }
    if (a.top.length > 0 && !isOutput) this.lookForDead(a);
    const tanh = activation === "tanh";
    if (isOutput || !(tanh || activation === "sigmoid")) return;
    const size = tanh ? a.meanSquare : 4 * (a.meanSquare - a.mean) + 1;
    if (this.lasts("saturatedUnits", layer, size > SATURATED)) {
      this.add({
        code: "saturatedUnits",
        severity: "warning",
        layer,
        message: `its ${activation} units stand at their limits (mean square ${short(size)} of 1), where gradients vanish`,
        value: size,
        cure: "scale its inputs, put batchNormalization before it, use glorotUniform, or lower the learning rate",
      });
    }
  }

  private lookForDead({ layer, top }: LayerActivity): void {
    const seen = this.tops.get(layer) ?? { top: top.slice(), looks: 0 };
    seen.looks++;
    let dead = 0;
    for (let i = 0; i < top.length; i++) {
      seen.top[i] = Math.max(seen.top[i]!, top[i]!);
      if (seen.top[i]! <= 0) dead++;
    }
    this.tops.set(layer, seen);
    if (seen.looks < DEAD_LOOKS) return;
    const share = dead / top.length;
    // A unit may wake again: what was silent is judged anew every few looks.
    this.tops.delete(layer);
    if (share <= DEAD_SHARE) return;
    this.add({
      code: "deadUnits",
      severity: share === 1 ? "error" : "warning",
      layer,
      message: `${dead} of ${top.length} relu units were 0 for all samples of ${DEAD_LOOKS} batches`,
      value: share,
      cure: "lower the learning rate, use heNormal and zero biases, or leakyRelu",
    });
  }

  private lookAtWeights({ weights, loss }: Sample): void {
    let [most, largest] = [Number.NEGATIVE_INFINITY, 0];
    let first: WeightActivity | null = null;
    for (const w of weights) {
      this.lookAtKernel(w);
      if (w.updateRatio > most) most = w.updateRatio;
      if (!(w.weightNorm > 0 && Number.isFinite(w.gradientNorm))) continue;
      first ??= w;
      largest = Math.max(largest, w.gradientNorm / w.weightNorm);
    }
    const moved = most >= 0;
    const stuck = moved && most < SMALL_UPDATE && loss > 0.95 * this.firstLoss;
    if (this.lasts("updatesTooSmall", "", stuck)) {
      this.add({
        code: "updatesTooSmall",
        severity: "warning",
        layer: null,
        message: `no kernel moves by more than ${short(most)} of its size in a step, and the loss does not fall`,
        value: most,
        cure: "raise the learning rate; learningRateRange(model, x, y) suggests one",
      });
    }
    if (first) this.lookForVanishing(first, largest);
  }

  private lookAtKernel(w: WeightActivity): void {
    if (!Number.isFinite(w.gradientNorm)) {
      this.add({
        code: "nonFiniteGradient",
        severity: "error",
        layer: layerOf(w.name),
        message: `the gradient of "${w.name}" is not finite`,
        value: w.gradientNorm,
        cure: "lower the learning rate, or look for a division by 0 or a root at 0 in its layer",
      });
    }
    // Tables of embeddings begin near 0 by custom: a step of any use is large beside them.
    const large = w.updateRatio > LARGE_UPDATE && !w.name.endsWith("/embeddings");
    if (this.lasts("updatesTooLarge", w.name, large, 2)) {
      this.add({
        code: "updatesTooLarge",
        severity: "warning",
        layer: layerOf(w.name),
        message: `one step changes "${w.name}" by ${short(100 * w.updateRatio)} % of its size; about .1 % is usual`,
        value: w.updateRatio,
        cure: "lower the learning rate to a tenth, or clip gradients",
      });
    }
  }

  /** @param largest  of the gradients relative to the weights */
  private lookForVanishing(first: WeightActivity, largest: number): void {
    const size = first.gradientNorm / first.weightNorm;
    if (!this.lasts("vanishingGradients", "", largest > 0 && size < VANISHING * largest)) return;
    this.add({
      code: "vanishingGradients",
      severity: "warning",
      layer: layerOf(first.name),
      message: `its gradient is ${short(size / largest)} of the largest one, relative to the weights: it hardly learns`,
      value: size / largest,
      cure: "use relu with heNormal, batchNormalization, or skip connections (add)",
    });
  }
}
