import type { Tensor } from "../../tensor/tensor.ts";
import type { Samples } from "../data.ts";
import type { AnyModel } from "../model.ts";
import { type Finding, short } from "./finding.ts";

/** Mean, deviation and largest magnitude of some numbers. */
function spread(t: Tensor): { mean: number; std: number; most: number } {
  let [sum, squares, most] = [0, 0, 0];
  for (let i = 0; i < t.size; i++) {
    const v = t.data[i]!;
    sum += v;
    squares += v * v;
    most = Math.max(most, Math.abs(v));
  }
  const mean = sum / t.size;
  return { mean, std: Math.sqrt(Math.max(0, squares / t.size - mean * mean)), most };
}

/** Layers that scale what they get, or take indices. */
const SCALING = /ormalization$|^rescaling$|mbedding$/;

/** Deviations that are 10 times apart, or this large, make one rate wrong for some weights. */
const LARGE = 10;
/** Samples of the most frequent class for one of the rarest. */
const IMBALANCE = 10;

function checkInputs(model: AnyModel, samples: Samples): Finding[] {
  const found: Finding[] = [];
  const { topology } = model;
  samples.x.forEach((t, i) => {
    const leaf = topology.inputs[i]!;
    const users = topology.calls.filter((call) => call.inputs.includes(leaf));
    if (leaf.dtype === "int32" || users.every(({ layer }) => SCALING.test(layer.kind))) return;
    const name = topology.inputNames[i]!;
    const { mean, std, most } = spread(t);
    const subject = topology.inputs.length === 1 ? "the inputs" : `input "${name}"`;
    if (std === 0) {
      found.push({
        code: "constantInputs",
        severity: "error",
        layer: null,
        message: `${subject} are all ${short(mean)}: there is nothing to learn from`,
        value: mean,
        cure: "look at how they were read",
      });
    } else if (std > LARGE || Math.abs(mean) > LARGE) {
      found.push({
        code: "unscaledInputs",
        severity: "warning",
        layer: null,
        message: `${subject} have mean ${short(mean)} and deviation ${short(std)}, up to ${short(most)}`,
        value: Math.max(std, Math.abs(mean)),
        cure: "scale them to about mean 0 and deviation 1: tabular(), rescaling({ scale: 1 / 255 }) or normalization()",
      });
    }
  });
  return found;
}

/** What no data can make good: outputs that are always the same, labels that a loss of probabilities does not have. */
function checkHeads(model: AnyModel, samples: Samples): Finding[] {
  const { topology } = model;
  return model.objective(false).heads.flatMap(({ loss, output }, i): Finding[] => {
    const { call, shape } = topology.outputs[output]!;
    const found: Finding[] = [];
    if (call && shape.at(-1) === 1 && call.layer.options["activation"] === "softmax") {
      found.push({
        code: "constantOutputs",
        severity: "error",
        layer: topology.nameOf(call.layer),
        message: "softmax over one unit is always 1",
        value: 1,
        cure: 'for two classes use activation: "sigmoid" and loss: "binaryCrossentropy"',
      });
    }
    // Losses of probabilities have that option; indices were checked before.
    const beyond =
      "fromLogits" in loss.options && loss.labels !== "indices"
        ? samples.y[i]!.data.find((v) => v < 0 || v > 1)
        : undefined;
    if (beyond !== undefined) {
      found.push({
        code: "targetsOutOfRange",
        severity: "warning",
        layer: null,
        message: `${loss.kind} takes labels from 0 to 1, and there is ${short(beyond)}: the loss has no smallest value`,
        value: beyond,
        cure: "call two classes 0 and 1; for other numbers use meanSquaredError",
      });
    }
    return found;
  });
}

function checkLabels(model: AnyModel, samples: Samples, typical: boolean): Finding[] {
  const { heads } = model.objective(false);
  return heads.flatMap(({ loss, name, output }, i): Finding[] => {
    const t = samples.y[i]!;
    const subject = heads.length === 1 ? "the labels" : `the labels of "${name}"`;
    if (loss.labels !== "indices") {
      // Of 0 and 1 nothing is to be scaled, and of few outputs the deviation tells enough.
      const { mean, std } = spread(t);
      if (!(std > LARGE || Math.abs(mean) > LARGE)) return [];
      return [
        {
          code: "unscaledTargets",
          severity: "warning",
          layer: null,
          message: `${subject} have mean ${short(mean)} and deviation ${short(std)}: the first losses and gradients are enormous`,
          value: Math.max(std, Math.abs(mean)),
          cure: "scale them to mean 0 and deviation 1, and predictions back; tabular() does both",
        },
      ];
    }
    const classes = model.topology.outputs[output]!.shape.at(-1)!;
    // Of many classes (words, say) frequencies differ by nature.
    if (!typical || classes > 100 || t.shape.length > 1) return [];
    const counts = new Array<number>(classes).fill(0);
    for (let k = 0; k < t.size; k++) counts[t.data[k]!]!++;
    const missing = counts.indexOf(0);
    // With ten samples a class, one that is missing by chance has e^-10.
    const found: Finding[] = [];
    if (missing !== -1 && t.size >= 10 * classes) {
      found.push({
        code: "missingClass",
        severity: "hint",
        layer: null,
        message: `${subject} never name class ${missing} of ${classes}`,
        value: missing,
        cure: "check that labels count from 0, and the units of the last layer",
      });
    }
    const there = counts.filter((n) => n > 0);
    const ratio = Math.max(...there) / Math.min(...there);
    if (ratio >= IMBALANCE && t.size >= 10 * classes) {
      found.push({
        code: "classImbalance",
        severity: "warning",
        layer: null,
        message: `class ${counts.indexOf(Math.max(...counts))} is ${short(ratio)} times as frequent as class ${counts.indexOf(Math.min(...there))}`,
        value: ratio,
        cure: 'use classWeight in fit, and judge by "balancedAccuracy" or "f1", not by accuracy',
      });
    }
    return found;
  });
}

/**
 * What the samples themselves tell.
 *
 * @param typical  whether classes are as frequent in them as in all data
 */
export function checkData(model: AnyModel, samples: Samples, typical: boolean): Finding[] {
  return [
    ...checkInputs(model, samples),
    ...checkHeads(model, samples),
    ...checkLabels(model, samples, typical),
  ];
}
