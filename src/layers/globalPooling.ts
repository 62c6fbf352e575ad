import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { mul } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { divOrZero } from "../ops/divOrZero.ts";
import { mean } from "../ops/mean.ts";
import { adaptiveMaxPool2d } from "../ops/pool.ts";
import { reshape } from "../ops/reshape.ts";
import { sum } from "../ops/sum.ts";
import { type Shape, printShape, sizeOf } from "../shape.ts";
import { type DataFormat, checkDataFormat, withChannelsLast } from "./dataFormat.ts";
import {
  type LayerDefinition,
  type LayerOptions,
  type Shaped,
  type ShapedLayer,
  defineLayer,
} from "./defineLayer.ts";
import { maskOf } from "./mask.ts";
import type { GlobalPoolingRule } from "./shapeRules.ts";

/** Options of a global pooling. */
export interface GlobalPoolingOptions {
  /** Default "channelsLast". */
  dataFormat: DataFormat;
  /** Keeps the spatial axes with length 1. Default false. */
  keepDims: boolean;
}

/** [batch, positions, channels] to [batch, 1, channels]. */
type Pool = (x: SymbolicTensor) => SymbolicTensor;

const average: Pool = (x) => mean(x, { axis: 1, keepDims: true });

/** The same over the steps that count; 0 where none does. */
function averageOfMasked(x: SymbolicTensor, mask: SymbolicTensor): SymbolicTensor {
  const counts = reshape(cast(mask, { dtype: "float32" }), { shape: [...mask.shape, 1] });
  const axis = 1;
  return divOrZero(
    sum(mul(x, counts), { axis, keepDims: true }),
    sum(counts, { axis, keepDims: true }),
  );
}

/** As a pooling, so that the gradient goes to the first largest. */
const largest: Pool = (x) => {
  const [n, positions, c] = x.shape;
  return adaptiveMaxPool2d(reshape(x, { shape: [n!, 1, positions!, c!] }));
};

function globalPooling(
  name: string,
  rank: number,
  pool: Pool,
  masked: ((x: SymbolicTensor, mask: SymbolicTensor) => SymbolicTensor) | null = null,
): LayerDefinition<GlobalPoolingOptions> {
  return {
    name,
    defaults: { dataFormat: "channelsLast", keepDims: false },
    check: ({ dataFormat }) => checkDataFormat(name, dataFormat),
    call: ([x], { options: { dataFormat, keepDims } }, layerName) => {
      if (x!.shape.length !== rank + 2) {
        throw new ShapeError(
          `${name} "${layerName}": input must have ${rank + 2} axes, got ${printShape(x!.shape)}`,
        );
      }
      return withChannelsLast(x!, dataFormat, (t) => {
        const [n, c] = [t.shape[0]!, t.shape.at(-1)!];
        const mask = rank === 1 && dataFormat === "channelsLast" ? maskOf(x) : null;
        const over = mask && masked ? masked(t, mask) : null;
        const y = over ?? pool(reshape(t, { shape: [n, sizeOf(t.shape.slice(1, -1)), c] }));
        const kept = Array<number>(keepDims ? rank : 0).fill(1);
        return reshape(y, { shape: [n, ...kept, c] });
      });
    },
  };
}

type GlobalPoolingLayerFactory<Name extends string, Rank extends 1 | 2> = <
  const Input extends Shape | null,
  KeepDims extends boolean = false,
  Format extends DataFormat = "channelsLast",
>(
  options?: LayerOptions<GlobalPoolingOptions, Input, { keepDims?: KeepDims; dataFormat?: Format }>,
) => ShapedLayer<GlobalPoolingRule<Name, Rank, KeepDims, Format>, Input>;

/**
 * Mean over all positions, channel by channel; of a masked sequence over the steps that count (0 where none does).
 *
 * input: float32[batch, length, channels]; output: float32[batch, channels].
 */
export const globalAveragePooling1d: GlobalPoolingLayerFactory<"globalAveragePooling1d", 1> =
  /* @__PURE__ */ defineLayer<GlobalPoolingOptions, Shaped>(
    globalPooling("globalAveragePooling1d", 1, average, averageOfMasked),
  );

/**
 * Mean over height and width, channel by channel.
 *
 * input: float32[batch, height, width, channels]; output: float32[batch, channels].
 *
 * @example
 *     globalAveragePooling2d()
 */
export const globalAveragePooling2d: GlobalPoolingLayerFactory<"globalAveragePooling2d", 2> =
  /* @__PURE__ */ defineLayer<GlobalPoolingOptions, Shaped>(
    globalPooling("globalAveragePooling2d", 2, average),
  );

/**
 * Largest over all positions, channel by channel.
 *
 * input: float32[batch, length, channels]; output: float32[batch, channels].
 */
export const globalMaxPooling1d: GlobalPoolingLayerFactory<"globalMaxPooling1d", 1> =
  /* @__PURE__ */ defineLayer<GlobalPoolingOptions, Shaped>(
    globalPooling("globalMaxPooling1d", 1, largest),
  );

/**
 * Largest over height and width, channel by channel.
 *
 * input: float32[batch, height, width, channels]; output: float32[batch, channels].
 */
export const globalMaxPooling2d: GlobalPoolingLayerFactory<"globalMaxPooling2d", 2> =
  /* @__PURE__ */ defineLayer<GlobalPoolingOptions, Shaped>(
    globalPooling("globalMaxPooling2d", 2, largest),
  );
