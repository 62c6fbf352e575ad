// What the first download of a page is for. All other kernels are in a second build (coreKernels.mjs), and all
// other optimizers and metrics, where they are given by name, are loaded when a model is trained by one of them.

/** Layers, and what makes models of them. */
export const LAYERS = ["activation", "dense", "dropout", "flatten", "reshape"];

export const OPTIMIZERS = ["sgd", "rmsprop", "adam", "adamW"];

export const LOSSES = [
  ...["binaryCrossentropy", "categoricalCrossentropy", "sparseCategoricalCrossentropy"],
  ...["meanSquaredError", "meanAbsoluteError", "huber"],
];

export const METRICS = [
  ...["binaryAccuracy", "categoricalAccuracy", "sparseCategoricalAccuracy"],
  ...["binaryCrossentropy", "categoricalCrossentropy", "sparseCategoricalCrossentropy"],
  ...["meanSquaredError", "meanAbsoluteError"],
];

export const ACTIVATIONS = ["relu", "gelu", "sigmoid", "softmax", "tanh"];
