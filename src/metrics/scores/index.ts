export {
  type AverageOptions,
  type ClassRow,
  type ClassificationReport,
  type KappaOptions,
  accuracy,
  balancedAccuracy,
  classificationReport,
  cohenKappa,
  f1,
  fBeta,
  iou,
  matthewsCorrelation,
  precision,
  recall,
} from "./classes.ts";
export { type ConfusionOptions, confusionMatrix } from "./confusionMatrix.ts";
export {
  type RankOptions,
  averagePrecision,
  brier,
  logLoss,
  rocAuc,
  topKAccuracy,
} from "./ranked.ts";
export {
  explainedVariance,
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  medianAbsoluteError,
  r2,
  rootMeanSquaredError,
} from "./regression.ts";
export type { ScoreInput, ScoreOptions } from "./scoreInput.ts";
