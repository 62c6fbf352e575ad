/** Golden ops that are not supported yet, each with the area that brings it. */
export const LATER_OPS: Readonly<Record<string, string>> = {};

/** Optimizers that are not supported yet, by PyTorch's and Keras's names. */
export const LATER_OPTIMIZERS: Readonly<Record<string, string>> = {};

/** Architectures of whole trainings that are not supported yet. */
export const LATER_ARCHITECTURES: Readonly<Record<string, string>> = {};

/** Kinds of files that are not supported yet, by what stands under `format`. */
export const LATER_FORMATS: Readonly<Record<string, string>> = {};
