import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type AveragePoolOptions, axesOfPool } from "../ops/pool.ts";
import type { Padding } from "../ops/poolWindows.ts";
import type { Shape } from "../shape.ts";
import { type DataFormat, checkDataFormat, withChannelsLast } from "./dataFormat.ts";
import type { LayerDefinition, LayerOptions, ShapedLayer } from "./defineLayer.ts";
import type { PoolingRule, WindowRule } from "./shapeRules.ts";

/** Options of a pooling layer; a number serves all spatial axes. */
export interface PoolingOptions {
  /** Cells of a window along each spatial axis. Default 2. */
  poolSize: number | readonly number[];
  /** Cells from one window to the next; null: poolSize. Default null. */
  strides: number | readonly number[] | null;
  /** "valid", "same" (as many outputs as strides fit), or a pair [before, after] an axis. Default "valid". */
  padding: Padding;
  /** Default "channelsLast". */
  dataFormat: DataFormat;
}

/** A factory of layers whose options, but for the format, leave the channels and the number of axes. */
export type WindowLayerFactory<Name extends string, Rank extends 1 | 2, O> = <
  const Input extends Shape | null,
  Format extends DataFormat = "channelsLast",
>(
  options?: LayerOptions<O, Input, { dataFormat?: Format }>,
) => ShapedLayer<WindowRule<Name, Rank, Format>, Input>;

/** A factory of pooling layers: windows and format decide the shape. */
export type PoolingLayerFactory<Name extends string, Rank extends 1 | 2> = <
  const Input extends Shape | null,
  const Size extends number | readonly number[] = 2,
  const Strides extends number | readonly number[] | null = null,
  const Pads extends Padding = "valid",
  Format extends DataFormat = "channelsLast",
>(
  options?: LayerOptions<
    PoolingOptions,
    Input,
    { poolSize?: Size; strides?: Strides; padding?: Pads; dataFormat?: Format }
  >,
) => ShapedLayer<
  PoolingRule<Name, Rank, { size: Size; strides: Strides; padding: Pads; dilation: 1 }, Format>,
  Input
>;

/** The definition of a pooling layer over `rank` spatial axes. */
export function poolingLayer(
  name: string,
  rank: number,
  op: (x: SymbolicTensor, options: AveragePoolOptions) => SymbolicTensor,
): LayerDefinition<PoolingOptions> {
  return {
    name,
    defaults: { poolSize: 2, strides: null, padding: "valid", dataFormat: "channelsLast" },
    check: (options) => {
      checkDataFormat(name, options.dataFormat);
      axesOfPool(name, options, rank);
    },
    call: ([x], { options: { poolSize, strides, padding, dataFormat } }) =>
      withChannelsLast(x!, dataFormat, (t) => op(t, { poolSize, strides, padding })),
  };
}
