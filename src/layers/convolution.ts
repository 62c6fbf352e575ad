import type { ConstraintName } from "../constraints/catalogue.gen.ts";
import type { Constraint } from "../constraints/defineConstraint.ts";
import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { InitializerName } from "../initializers/catalogue.gen.ts";
import type { Initializer } from "../initializers/defineInitializer.ts";
import type { RegularizerName } from "../regularizers/catalogue.gen.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type Shape, printShape } from "../shape.ts";
import { type DataFormat, channelsOf, checkDataFormat, withChannelsLast } from "./dataFormat.ts";
import type {
  CallContext,
  LayerDefinition,
  LayerOptions,
  ParameterSpec,
  ShapedLayer,
} from "./defineLayer.ts";
import {
  type Activation,
  activationOf,
  initializerOf,
  regularizerOf,
  constraintOf,
} from "./resolve.ts";
import type { ConvolutionRule } from "./shapeRules.ts";

/** One number for all spatial axes, or one an axis. */
export type Extent = number | readonly number[];

/** Pixels before and behind an axis that count as 0. */
type Ends = readonly [before: number, behind: number];

/** Options of every layer that moves a kernel over its input, but for those of the kernel. */
export interface WindowOptions {
  /** Taps of the kernel along each spatial axis, >= 1. */
  kernelSize: Extent;
  /** Steps from one window to the next. Default 1. */
  strides: Extent;
  /** "valid", "same", "causal" (sequences only), or [before, behind] for each spatial axis. Default "valid". */
  padding: "valid" | "same" | "causal" | readonly Ends[];
  /** Default "channelsLast". */
  dataFormat: DataFormat;
  /** Steps from one tap of the kernel to the next. Default 1. */
  dilationRate: Extent;
  /** Applied to the output. Default "linear". */
  activation: Activation;
  /** Adds a bias. Default true. */
  useBias: boolean;
  /** Default "zeros". */
  biasInitializer: InitializerName | Initializer;
  /** Penalty on the bias. Default null. */
  biasRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  biasConstraint: ConstraintName | Constraint | null;
}

/** Options of `conv1d` and `conv2d`. */
export interface ConvolutionOptions extends WindowOptions {
  /** Number of output channels, >= 1. */
  filters: number;
  /** Input and output channels fall into so many groups that know nothing of each other. Default 1. */
  groups: number;
  /** Default "glorotUniform". */
  kernelInitializer: InitializerName | Initializer;
  /** Penalty on the kernel. Default null. */
  kernelRegularizer: RegularizerName | Regularizer | null;
  /** What holds after every step. Default null. */
  kernelConstraint: ConstraintName | Constraint | null;
}

export const WINDOW_DEFAULTS: WindowOptions = {
  kernelSize: 0,
  strides: 1,
  padding: "valid",
  dataFormat: "channelsLast",
  dilationRate: 1,
  activation: "linear",
  useBias: true,
  biasInitializer: "zeros",
  biasRegularizer: null,
  biasConstraint: null,
};

export const CONVOLUTION_DEFAULTS: ConvolutionOptions = {
  ...WINDOW_DEFAULTS,
  filters: 0,
  groups: 1,
  kernelInitializer: "glorotUniform",
  kernelRegularizer: null,
  kernelConstraint: null,
};

/** One whole number, at least 1, for each spatial axis. @throws RangeError */
export function extentOf(subject: string, name: string, value: Extent, rank: number): number[] {
  const list = typeof value === "number" ? Array.from({ length: rank }, () => value) : [...value];
  if (list.length !== rank || !list.every((n) => Number.isInteger(n) && n >= 1)) {
    throw new RangeError(
      `${subject}: ${name} must be a whole number >= 1${rank > 1 ? `, or ${rank} of them` : ""}, got ${JSON.stringify(value)}`,
    );
  }
  return list;
}

/** @throws RangeError unless `value` is a whole number, at least 1 */
export function checkCount(subject: string, name: string, value: unknown): void {
  if (!Number.isInteger(value) || (value as number) < 1) {
    throw new RangeError(`${subject}: ${name} must be a whole number >= 1, got ${String(value)}`);
  }
}

/** Checks the options that all have. @throws RangeError, OptionError */
export function checkWindows(subject: string, options: WindowOptions, rank: number): void {
  extentOf(subject, "kernelSize", options.kernelSize, rank);
  extentOf(subject, "strides", options.strides, rank);
  extentOf(subject, "dilationRate", options.dilationRate, rank);
  checkDataFormat(subject, options.dataFormat);
  const { padding } = options;
  const names = rank === 1 ? ["valid", "same", "causal"] : ["valid", "same"];
  const isEnds = (p: unknown): boolean =>
    Array.isArray(p) && p.length === 2 && p.every((n) => Number.isInteger(n) && n >= 0);
  if (
    typeof padding === "string"
      ? names.includes(padding)
      : padding.length === rank && padding.every(isEnds)
  )
    return;
  throw new RangeError(
    `${subject}: padding must be ${names.map((n) => `"${n}"`).join(", ")} or ${rank === 1 ? "[[before, behind]]" : "[[top, bottom], [left, right]]"}, got ${JSON.stringify(padding)}`,
  );
}

/** Channels of an input, without its batch axis. @throws ShapeError */
export function inputChannels(
  subject: string,
  x: Shape,
  { dataFormat }: WindowOptions,
  rank: number,
): number {
  if (x.length !== rank + 1) {
    const axes = rank === 1 ? "steps, channels" : "rows, columns, channels";
    // Gray images, or one series of numbers: the channel was left out.
    const cure =
      x.length === rank
        ? `reshape({ targetShape: ${printShape([...x, 1])} }) before it`
        : "reshape it";
    throw new ShapeError(
      `${subject}: input must have ${rank + 2} axes [batch, ${axes}], got ${printShape([null, ...x])}; ${cure}`,
    );
  }
  return channelsOf(x, dataFormat);
}

/** A bias of so many channels, if one is wanted. */
export function biasParameter(
  subject: string,
  { useBias, biasInitializer, biasRegularizer, biasConstraint }: WindowOptions,
  channels: number,
): Record<string, ParameterSpec> {
  if (!useBias) return {};
  return {
    bias: {
      shape: [channels],
      initializer: initializerOf(subject, biasInitializer),
      regularizer: regularizerOf(subject, biasRegularizer),
      constraint: constraintOf(subject, biasConstraint),
      decay: false,
    },
  };
}

/** Applies what wants its channels last, then the activation. */
export function applied(
  subject: string,
  x: SymbolicTensor,
  { dataFormat, activation }: WindowOptions,
  op: (x: SymbolicTensor) => SymbolicTensor,
): SymbolicTensor {
  const activate = activationOf(subject, activation);
  return withChannelsLast(x, dataFormat, (t) => activate(op(t)));
}

/** What a layer with one kernel is made of. */
export interface ConvolutionLayer<O extends ConvolutionOptions> {
  name: string;
  rank: number;
  defaults: O;
  check?(options: O): void;
  /** Shape of the kernel for so many input channels. */
  kernel(size: readonly number[], channels: number, options: O): Shape;
  op(
    x: SymbolicTensor,
    kernel: SymbolicTensor,
    bias: SymbolicTensor | null,
    options: O,
  ): SymbolicTensor;
}

/**
 * A factory of layers with `filters`: number, windows and format decide the shape. `Followed` is false where the
 * windows are not those of a convolution.
 */
export type ConvolutionLayerFactory<
  Name extends string,
  Rank extends 1 | 2,
  O extends WindowOptions & { filters: number },
  Followed extends boolean = true,
> = <
  Filters extends number,
  const Input extends Shape | null,
  const Kernel extends Extent,
  const Padding extends O["padding"] = "valid",
  const Strides extends Extent = 1,
  const Dilation extends Extent = 1,
  Format extends DataFormat = "channelsLast",
>(
  options: LayerOptions<
    O,
    Input,
    {
      filters: Filters;
      kernelSize: Kernel;
      padding?: Padding;
      strides?: Strides;
      dilationRate?: Dilation;
      dataFormat?: Format;
    }
  >,
) => ShapedLayer<
  ConvolutionRule<
    Name,
    Rank,
    Filters,
    Followed extends true
      ? { size: Kernel; strides: Strides; padding: Padding; dilation: Dilation }
      : null,
    Format
  >,
  Input
>;

/** The definition of a layer with one kernel. */
export function convolutionLayer<O extends ConvolutionOptions>({
  name: kind,
  rank,
  defaults,
  check,
  kernel,
  op,
}: ConvolutionLayer<O>): LayerDefinition<O> {
  return {
    name: kind,
    needs: ["filters", "kernelSize"],
    defaults,
    check: (options) => {
      checkCount(kind, "filters", options.filters);
      checkCount(kind, "groups", options.groups);
      checkWindows(kind, options, rank);
      if (options.filters % options.groups > 0) {
        throw new RangeError(
          `${kind}: groups must divide the ${options.filters} filters, got ${options.groups}`,
        );
      }
      check?.(options);
    },
    params: (options, [x], name) => {
      const subject = `${kind} "${name}"`;
      const channels = inputChannels(subject, x!, options, rank);
      if (channels % options.groups > 0) {
        throw new ShapeError(
          `${subject}: groups must divide the ${channels} channels of the input, got ${options.groups}`,
        );
      }
      const size = extentOf(subject, "kernelSize", options.kernelSize, rank);
      return {
        kernel: {
          shape: kernel(size, channels, options),
          initializer: initializerOf(subject, options.kernelInitializer),
          regularizer: regularizerOf(subject, options.kernelRegularizer),
          constraint: constraintOf(subject, options.kernelConstraint),
        },
        ...biasParameter(subject, options, options.filters),
      };
    },
    call: ([x], { options, params }: CallContext<O>, name) =>
      applied(`${kind} "${name}"`, x!, options, (t) =>
        op(t, params["kernel"]!, params["bias"] ?? null, options),
      ),
  };
}

/** Options of a layer over images, as the ops take them. */
export function imageAttrs({ strides, padding, dilationRate }: WindowOptions): {
  strides: readonly [number, number];
  dilationRate: readonly [number, number];
  padding: "valid" | "same" | readonly [Ends, Ends];
} {
  const pair = (value: Extent): readonly [number, number] =>
    typeof value === "number" ? [value, value] : [value[0]!, value[1]!];
  return {
    strides: pair(strides),
    dilationRate: pair(dilationRate),
    padding:
      typeof padding === "string" ? (padding as "valid" | "same") : [padding[0]!, padding[1]!],
  };
}

/** Options of a layer over sequences, as the ops take them. */
export function sequenceAttrs({ strides, padding, dilationRate }: WindowOptions): {
  strides: number;
  dilationRate: number;
  padding: "valid" | "same" | "causal" | Ends;
} {
  const one = (value: Extent): number => (typeof value === "number" ? value : value[0]!);
  return {
    strides: one(strides),
    dilationRate: one(dilationRate),
    padding: typeof padding === "string" ? padding : padding[0]!,
  };
}
