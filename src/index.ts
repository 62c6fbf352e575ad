/** Thalweg: train neural networks wherever JavaScript runs. Exports only. */
export { type EngineInfo, type EngineOptions, init } from "./kernels/engine.ts";
export { Tensor, type TensorLike, tensor } from "./tensor/tensor.ts";
export { dense } from "./layers/dense.ts";
export { sequential } from "./model/sequential.ts";
export { adam } from "./optim/adam.ts";
export { sgd } from "./optim/sgd.ts";
