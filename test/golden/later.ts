function named(area: string, names: string): [string, string][] {
  return names.split(" ").map((name) => [name, area]);
}

/** Golden ops that are not supported yet, each with the area that brings it. */
export const LATER_OPS: Readonly<Record<string, string>> = Object.fromEntries([
  ...named("recurrent", "lstm_cell gru_cell rnn_tanh_cell lstm gru rnn"),
]);

/** Optimizers that are not supported yet, by PyTorch's and Keras's names. */
export const LATER_OPTIMIZERS: Readonly<Record<string, string>> = Object.fromEntries([
  ...named("more optimizers", "LBFGS"),
]);

/** Architectures of whole trainings that are not supported yet. */
export const LATER_ARCHITECTURES: Readonly<Record<string, string>> = {};

/** Kinds of files that are not supported yet, by what stands under `format`. */
export const LATER_FORMATS: Readonly<Record<string, string>> = {
  "golden-gp/1": "tuning",
  "golden-hpo-functions/1": "tuning",
};
