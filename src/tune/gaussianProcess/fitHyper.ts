import { NonFiniteError } from "../../errors.ts";
import { exp } from "../../math/exp.ts";
import { log } from "../../math/log.ts";
import { lbfgs } from "../../train/baselines/lbfgs.ts";
import { GaussianProcess, type Observations } from "./gaussianProcess.ts";
import type { Hyper } from "./kernel.ts";

/** Least variance of the noise, of observations with variance 1: the objective may be exact. */
const LEAST_NOISE = 1e-6;
/** Evaluations of the likelihood that a fit may take. */
const EVALUATIONS = 60;

/** Log densities that say what is likely before the data do: normal in the logarithm, [mean, deviation] each. */
function priorsOf(d: number): readonly (readonly [number, number])[] {
  return [
    // In a unit cube distances grow with sqrt(d), and so do length scales (Hvarfner et al. 2024, arXiv:2402.02229).
    ...Array.from({ length: d }, (): [number, number] => [0.5 * log(d) - 1.1, 0.8]),
    [0, 1],
    [log(1e-4), 2.5],
  ];
}

/**
 * Length scales, variance and noise at the maximum of the marginal likelihood times weak priors.
 *
 * @param observations  x in [0, 1]^d, y with mean 0 and variance 1
 */
export function fitHyper(observations: Observations): Hyper {
  const d = observations.discrete.length;
  const priors = priorsOf(d);
  const start = priors.map(([mean]) => mean);
  const hyperAt = (w: Float64Array): Hyper => {
    const value = (i: number): number => exp(Math.max(-12, Math.min(8, start[i]! + w[i]!)));
    return {
      scales: Float64Array.from({ length: d }, (_, i) => value(i)),
      variance: value(d),
      noise: LEAST_NOISE + value(d + 1),
    };
  };
  const { w } = lbfgs(
    (offset, gradient) => {
      const hyper = hyperAt(offset);
      let gp: GaussianProcess;
      try {
        gp = new GaussianProcess(observations, hyper);
      } catch (error) {
        if (!(error instanceof NonFiniteError)) throw error;
        gradient.fill(0);
        return Infinity;
      }
      const slopes = gp.likelihoodGradient();
      // The noise is a sum: only a part of it moves.
      slopes[d + 1]! *= (hyper.noise - LEAST_NOISE) / hyper.noise;
      let value = -gp.logMarginalLikelihood;
      priors.forEach(([, deviation], i) => {
        const z = offset[i]! / deviation;
        value += 0.5 * z * z;
        gradient[i] = -slopes[i]! + z / deviation;
      });
      return value;
    },
    d + 2,
    EVALUATIONS,
    1e-3,
  );
  return hyperAt(w);
}
