/** Thalweg: train neural networks wherever JavaScript runs. Exports only. */
export {
  DataError,
  EngineError,
  MemoryError,
  NonFiniteError,
  OptionError,
  ShapeError,
} from "./errors.ts";
export type { DType, Shape } from "./shape.ts";
export { type Engine, type EngineInfo, type EngineOptions, init } from "./kernels/engine.ts";
export { type NestedNumbers, Tensor, type TensorLike, print, tensor } from "./tensor/tensor.ts";
export { decodeCsv } from "./io/csv.ts";
export { type ColorMode, decodeImage } from "./io/image.ts";
export { type ResizeFilter, type ResizeImageOptions, resizeImage } from "./io/resize.ts";
export { decodeIdx } from "./io/idx.ts";
export { gunzip } from "./io/gunzip.ts";
export { decodeNpy, encodeNpy } from "./io/npy.ts";
export { type Table, takeRows } from "./io/table.ts";
export { encodeSafetensors } from "./io/encodeSafetensors.ts";
export { decodeSafetensors } from "./io/safetensors.ts";
export type { SymbolicTensor } from "./graph/symbolic.ts";
export { defineOp } from "./graph/defineOp.ts";
export type { ShapedOp } from "./graph/shapedOp.ts";
export type { ShapeMismatch } from "./tensor/shapeTypes.ts";
/** Ops on symbolic tensors, for `trace`, `valueAndGrad` and `compute`. */
export * as ops from "./ops/index.gen.ts";
export * from "./ops/activations/index.gen.ts";
export { gradient } from "./autograd/gradient.ts";
export { compute, trace, valueAndGrad } from "./plan/trace.ts";
export * from "./initializers/index.gen.ts";
export * from "./regularizers/index.gen.ts";
export * from "./constraints/index.gen.ts";
export { type Constraint, defineConstraint } from "./constraints/defineConstraint.ts";
export * from "./layers/index.gen.ts";
export { type AnyLayer, type Layer, type ShapedLayer, defineLayer } from "./layers/defineLayer.ts";
export { type LayerTensor, input } from "./layers/layerTensor.ts";
export * from "./losses/index.gen.ts";
export { type Loss, defineLoss } from "./losses/defineLoss.ts";
/** Metrics: many share their names with losses. */
export * as metrics from "./metrics/index.gen.ts";
export { type Metric, defineMetric } from "./metrics/defineMetric.ts";
/** Scores of predictions on the host, in float64: no model needed. */
export * as scores from "./metrics/scores/index.ts";
export * from "./optim/index.gen.ts";
export { type ClosureOptimizer, lbfgs } from "./optim/lbfgs.ts";
export { type Optimizer, defineOptimizer } from "./optim/defineOptimizer.ts";
export * from "./optim/schedules/index.gen.ts";
export { type Schedule, defineSchedule } from "./optim/schedules/defineSchedule.ts";
export type {
  Callback,
  CallbackState,
  Logs,
  TrainedModel,
  TrainingInfo,
} from "./train/callbacks.ts";
export { backupAndRestore } from "./train/callbacks/backupAndRestore.ts";
export { csvLogger } from "./train/callbacks/csvLogger.ts";
export { type EarlyStopping, earlyStopping } from "./train/callbacks/earlyStopping.ts";
export {
  type Freezable,
  type GradualUnfreezingOptions,
  gradualUnfreezing,
} from "./train/callbacks/gradualUnfreezing.ts";
export { lambdaCallback } from "./train/callbacks/lambdaCallback.ts";
export { learningRateScheduler } from "./train/callbacks/learningRateScheduler.ts";
export { modelCheckpoint } from "./train/callbacks/modelCheckpoint.ts";
export { progress } from "./train/callbacks/progress.ts";
export { reduceLROnPlateau } from "./train/callbacks/reduceLROnPlateau.ts";
export { type Diagnosis, type DiagnoseOptions, diagnose } from "./model/doctor/diagnose.ts";
export { type Doctor, type DoctorOptions, doctor } from "./model/doctor/doctor.ts";
export { type Finding, type FindingCode, findingsText } from "./model/doctor/finding.ts";
export {
  type LearningRateRange,
  type LearningRateRangeOptions,
  learningRateRange,
} from "./model/doctor/learningRateRange.ts";
export { type TensorBoard, tensorBoard } from "./train/callbacks/tensorBoard.ts";
export { type Checkpoint, decodeCheckpoint } from "./train/checkpoint.ts";
export type { CheckpointSource } from "./train/checkpointStore.ts";
export type { FitEpoch } from "./train/trainer.ts";
export type { FitOptions } from "./model/fitOptions.ts";
export { type ServeTrainingOptions, serveTraining } from "./model/worker/serveTraining.ts";
export type { WorkerLike } from "./runtime/workerLike.ts";
export type { Store } from "./runtime/stores/store.ts";
export { fileStore } from "./runtime/stores/fileStore.ts";
export { indexedDBStore } from "./runtime/stores/indexedDBStore.ts";
export { memoryStore } from "./runtime/stores/memoryStore.ts";
export { opfsStore } from "./runtime/stores/opfsStore.ts";
export { type Build, REMEDIES, type Remedy } from "./model/doctor/remedies.ts";
export {
  type RemedyResult,
  type StabiliseOptions,
  type Stabilised,
  stabilise,
} from "./model/doctor/stabilise.ts";
export { History } from "./train/history.ts";
export { minimize } from "./train/minimize.ts";
export { trainTestSplit } from "./train/split.ts";
/** Datasets: arrays, generators, CSV streams, image folders. */
export * as dataset from "./train/data/index.ts";
export { tabular } from "./train/tabular.ts";
export { Random } from "./math/random.ts";
export { type AnyModel, Model } from "./model/model.ts";
export { model } from "./model/functional.ts";
export { fromConfig } from "./model/fromConfig.ts";
export type { DownloadProgress } from "./io/download.ts";
export type { SourceOptions } from "./model/load/source.ts";
export type { FileFormat } from "./model/write/fileFormat.ts";
export { type LoadModelOptions, cloneModel, loadModel, loadTensors } from "./model/loadModel.ts";
export {
  type DecodeOptions,
  type Prediction,
  decodePredictions,
} from "./model/applications/decodePredictions.ts";
export {
  mobileNet,
  mobileNetV2,
  resNet18,
  resNet50,
  squeezeNet,
  vgg16,
} from "./model/applications/applications.ts";
export type { ApplicationOptions, MobileNetOptions } from "./model/applications/options.ts";
export { type PreparedFor, preprocessInput } from "./model/applications/preprocessInput.ts";
export { type CacheFeaturesOptions, cacheFeatures } from "./model/cacheFeatures.ts";
export { type MergeLoraOptions, type WithLoraOptions, mergeLora, withLora } from "./model/lora.ts";
export { type Sequential, sequential } from "./model/sequential.ts";
/** Hyperparameter tuning: studies, samplers, pruners, cross-validation. */
export * as tune from "./tune/index.ts";
