import { maxPool1d, maxPool2d } from "../ops/pool.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";
import { type PoolingOptions, type PoolingLayerFactory, poolingLayer } from "./pooling.ts";

/**
 * Largest of each window of neighbours, channel by channel. Padding is never the largest.
 *
 * input: float32[batch, length, channels]; output: float32[batch, windows, channels].
 *
 * @throws ShapeError where a window does not fit
 *
 * @example
 *     maxPooling1d({ poolSize: 2 })
 */
export const maxPooling1d: PoolingLayerFactory<"maxPooling1d", 1> = /* @__PURE__ */ defineLayer<
  PoolingOptions,
  Shaped
>(poolingLayer("maxPooling1d", 1, maxPool1d));

/**
 * Largest of each window, channel by channel. Padding is never the largest.
 *
 * input: float32[batch, height, width, channels]; output: float32[batch, rows, columns, channels].
 *
 * @throws ShapeError where a window does not fit
 *
 * @example
 *     maxPooling2d({ poolSize: 3, strides: 2, padding: "same" })
 */
export const maxPooling2d: PoolingLayerFactory<"maxPooling2d", 2> = /* @__PURE__ */ defineLayer<
  PoolingOptions,
  Shaped
>(poolingLayer("maxPooling2d", 2, maxPool2d));
