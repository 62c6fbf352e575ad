import { averagePool1d, averagePool2d } from "../ops/pool.ts";
import { type Shaped, defineLayer } from "./defineLayer.ts";
import { type PoolingOptions, type PoolingLayerFactory, poolingLayer } from "./pooling.ts";

/**
 * Mean of each window of neighbours, channel by channel. Padding is not counted.
 *
 * input: float32[batch, length, channels]; output: float32[batch, windows, channels].
 *
 * @throws ShapeError where a window does not fit
 *
 * @example
 *     averagePooling1d({ poolSize: 2 })
 */
export const averagePooling1d: PoolingLayerFactory<"averagePooling1d", 1> =
  /* @__PURE__ */ defineLayer<PoolingOptions, Shaped>(
    poolingLayer("averagePooling1d", 1, averagePool1d),
  );

/**
 * Mean of each window, channel by channel. Padding is not counted.
 *
 * input: float32[batch, height, width, channels]; output: float32[batch, rows, columns, channels].
 *
 * @throws ShapeError where a window does not fit
 *
 * @example
 *     averagePooling2d({ poolSize: 3, strides: 2, padding: "same" })
 */
export const averagePooling2d: PoolingLayerFactory<"averagePooling2d", 2> =
  /* @__PURE__ */ defineLayer<PoolingOptions, Shaped>(
    poolingLayer("averagePooling2d", 2, averagePool2d),
  );
