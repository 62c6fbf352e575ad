/** Hyperparameter tuning: `tune.createStudy({ sampler: tune.tpeSampler() })`. */
export { type SeveralOptions, Study, type StudyOptions, createStudy } from "./study.ts";
export type { Limits, NarrowOptions, Narrowed } from "./narrow.ts";
export { Trial } from "./trial.ts";
export type { AskOptions } from "./beginTrial.ts";
export type {
  Attribute,
  Direction,
  Outcome,
  OutcomeOf,
  TrialRecord,
  TrialState,
} from "./trialRecord.ts";
export { TrialPruned } from "./pruned.ts";
export type { Objective, OptimizeOptions, SpaceObjective } from "./optimize.ts";
export {
  type CategoricalDistribution,
  type Choice,
  type Distribution,
  type FloatDistribution,
  type FloatOptions,
  type IntDistribution,
  type IntOptions,
  type NumberDistribution,
  type Space,
  type ValueOf,
  type Values,
  categorical,
  float,
  int,
} from "./space/distribution.ts";
export type { Sampler, StudyView } from "./samplers/sampler.ts";
export { type CmaEsOptions, cmaEsSampler } from "./samplers/cmaEs.ts";
export { type GaussianProcessOptions, gaussianProcessSampler } from "./samplers/gaussianProcess.ts";
export { type GridValues, gridSampler } from "./samplers/grid.ts";
export { type Nsga2Options, nsga2Sampler } from "./samplers/nsga2.ts";
export { randomSampler } from "./samplers/random.ts";
export { sobolSampler } from "./samplers/sobol.ts";
export { type TpeOptions, tpeSampler } from "./samplers/tpe.ts";
export { type Pruner, type PrunerView, noPruner } from "./pruners/pruner.ts";
export { type HyperbandOptions, hyperbandPruner } from "./pruners/hyperband.ts";
export { patientPruner } from "./pruners/patient.ts";
export { type PercentileOptions, medianPruner, percentilePruner } from "./pruners/percentile.ts";
export {
  type SuccessiveHalvingOptions,
  successiveHalvingPruner,
} from "./pruners/successiveHalving.ts";
export { type ThresholdOptions, thresholdPruner } from "./pruners/threshold.ts";
export type { Storage } from "./storage/storage.ts";
export { journalStorage } from "./storage/journal.ts";
export { memoryStorage } from "./storage/memory.ts";
export {
  type CrossValidateOptions,
  type CrossValidation,
  type FoldInfo,
  type FoldSamples,
  type TableData,
  crossValidate,
  foldSamples,
} from "./folds/crossValidate.ts";
export {
  type Fold,
  type FoldOptions,
  type TimeSeriesOptions,
  groupedKFold,
  kFold,
  repeated,
  stratifiedKFold,
  timeSeriesFolds,
} from "./folds/folds.ts";
export { hypervolume } from "./hypervolume.ts";
export { type OfObjective, type Surrogate, importance, surrogateOf } from "./surrogate.ts";
