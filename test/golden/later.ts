function named(area: string, names: string): [string, string][] {
  return names.split(" ").map((name) => [name, area]);
}

/** Golden ops that are not supported yet, each with the area that brings it. */
export const LATER_OPS: Readonly<Record<string, string>> = Object.fromEntries([
  ...named("attention", "sdpa"),
  ...named("convolution", "conv1d conv2d conv_transpose1d conv_transpose2d im2col cnn"),
  ...named(
    "pooling",
    "max_pool1d max_pool2d avg_pool1d avg_pool2d adaptive_avg_pool2d adaptive_max_pool2d",
  ),
  ...named(
    "normalization",
    "batch_norm_train batch_norm_eval batch_norm_sequence layer_norm group_norm rms_norm residual",
  ),
  ...named("recurrent", "lstm_cell gru_cell rnn_tanh_cell lstm gru rnn"),
  ...named(
    "indexing",
    "embedding gather scatter_add scatter index_select masked_fill flip roll slice concat stack",
  ),
  ...named("indexing", "split pad transpose reshape expand tile tril triu resize"),
  ...named("graphs", "reuse diamond detach mlp"),
]);

/** Optimizers that are not supported yet, by PyTorch's and Keras's names. */
export const LATER_OPTIMIZERS: Readonly<Record<string, string>> = Object.fromEntries([
  ...named("more optimizers", "LBFGS"),
]);

/** Architectures of whole trainings that are not supported yet. */
export const LATER_ARCHITECTURES: Readonly<Record<string, string>> = { cnn: "convolution" };

/** Kinds of files that are not supported yet, by what stands under `format`. */
export const LATER_FORMATS: Readonly<Record<string, string>> = {
  "golden-metrics/1": "metrics",
  "golden-gp/1": "tuning",
  "golden-hpo-functions/1": "tuning",
};
