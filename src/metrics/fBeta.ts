import { averaged, fBetaScore } from "./classCounts.ts";
import {
  CLASS_DEFAULTS,
  type ClassOptions,
  checkAverage,
  classTerms,
  countsOf,
} from "./classTerms.ts";
import { type Metric, defineMetric } from "./defineMetric.ts";

/** Options of `fBeta`. */
export interface FBetaOptions extends ClassOptions {
  /** How many times as much recall counts as precision, > 0. Default 1. */
  beta: number;
}

/** @throws RangeError unless beta is > 0 */
export function checkBeta(subject: string, beta: number): void {
  if (!(beta > 0 && beta < Infinity))
    throw new RangeError(`${subject}: beta must be a number > 0, got ${beta}`);
}

/**
 * Weighted harmonic mean of precision and recall, `(1 + b^2) hits / (b^2 actual + predicted)`.
 * Source: van Rijsbergen 1979.
 */
export const fBeta: (options?: Partial<FBetaOptions>) => Metric =
  /* @__PURE__ */ defineMetric<FBetaOptions>({
    name: "fBeta",
    defaults: { ...CLASS_DEFAULTS, beta: 1 },
    labels: "any",
    check: (options) => {
      checkAverage("fBeta", options);
      checkBeta("fBeta", options.beta);
    },
    terms: (target, output, { threshold }) => classTerms(target, output, threshold, false),
    result: (sums, _, { average, beta }) => averaged(countsOf(sums), fBetaScore(beta), average),
  });
