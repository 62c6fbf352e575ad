import { OptionError, ShapeError, shown } from "../errors.ts";
import { type SymbolicTensor, leaf } from "../graph/symbolic.ts";
import { type DType, type Shape, printShape, sameShape } from "../shape.ts";
import type { AnyLayer, ParameterSpec } from "./defineLayer.ts";

/** A batch size that stands for any, while shapes are inferred. */
const ANY_BATCH = 1;

/** One application of a layer. A layer that is applied twice shares its parameters. */
export interface LayerCall {
  readonly layer: AnyLayer;
  readonly inputs: readonly LayerTensor[];
  readonly outputs: readonly LayerTensor[];
}

/** What flows between layers before a model is compiled: a shape without the batch axis, and a dtype. */
export class LayerTensor<S extends Shape = Shape> {
  readonly shape: S;
  readonly dtype: DType;
  /** The application that makes it; null for a model's input. */
  readonly call: LayerCall | null;
  /** Which of the application's outputs it is. */
  readonly index: number;
  /** Name of a model's input; null where the model gives it one. */
  readonly name: string | null;

  constructor(
    shape: S,
    dtype: DType,
    call: LayerCall | null,
    index: number = 0,
    name: string | null = null,
  ) {
    this.shape = shape;
    this.dtype = dtype;
    this.call = call;
    this.index = index;
    this.name = name;
  }

  /** Applies a layer: shapes are found by applying it to a batch of leaves. */
  static apply(layer: AnyLayer, inputs: readonly LayerTensor[]): readonly LayerTensor[] {
    for (const t of inputs.length > 0 ? inputs : [undefined]) {
      if (t instanceof LayerTensor) continue;
      throw new ShapeError(
        `${layer.kind}: is applied to outputs of layers or to input(shape), got ${shown(t)}; for data use model.predict`,
      );
    }
    try {
      return LayerTensor.applied(layer, inputs);
    } catch (error) {
      // An op knows its operands, not the layer that it is part of.
      const name = `${layer.kind} "${layer.layerName ?? layer.kind}"`;
      if (error instanceof ShapeError && !error.message.startsWith(layer.kind))
        error.message = `${name}: ${error.message}`;
      throw error;
    }
  }

  private static applied(layer: AnyLayer, inputs: readonly LayerTensor[]): readonly LayerTensor[] {
    const specs = layer.params(inputs.map((t) => t.shape));
    const before = layer.calls[0];
    if (before) checkShared(layer, specs, layer.params(before.inputs.map((t) => t.shape)));
    const params = Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [name, leaf("parameter", name, spec.shape)]),
    );
    const made = layer.call(
      inputs.map((t) => leaf("input", "x", [ANY_BATCH, ...t.shape], t.dtype)),
      { params, training: true, frozen: false, randomStream: () => 0, update: () => {} },
    );
    const outputs: LayerTensor[] = [];
    const call: LayerCall = { layer, inputs, outputs };
    outputsOf(made).forEach((t, i) =>
      outputs.push(new LayerTensor(t.shape.slice(1), t.dtype, call, i)),
    );
    layer.calls.push(call);
    return outputs;
  }
}

/** A layer that is applied again has the parameters that it has. @throws ShapeError */
function checkShared(
  layer: AnyLayer,
  now: Readonly<Record<string, ParameterSpec>>,
  before: Readonly<Record<string, ParameterSpec>>,
): void {
  for (const [name, { shape }] of Object.entries(before)) {
    if (now[name] && sameShape(now[name].shape, shape)) continue;
    throw new ShapeError(
      `${layer.kind} "${layer.layerName ?? layer.kind}": "${name}" has shape ${printShape(shape)} from its first application, but this input needs ${printShape(now[name]?.shape ?? [])}; make a second layer`,
    );
  }
}

/** What a layer's `call` gave, as a list. */
export function outputsOf(
  made: SymbolicTensor | readonly SymbolicTensor[],
): readonly SymbolicTensor[] {
  return Array.isArray(made) ? (made as readonly SymbolicTensor[]) : [made as SymbolicTensor];
}

/** @throws OptionError unless it is the shape of one sample: whole numbers >= 1 */
export function checkSampleShape(subject: string, shape: unknown): void {
  if (Array.isArray(shape) && shape.every((n) => Number.isInteger(n) && n >= 1)) return;
  throw new OptionError(
    `${subject} must be the lengths of a sample's axes, without the batch, got ${Array.isArray(shape) ? printShape(shape) : shown(shape)}; [28, 28, 1]`,
  );
}

/** Options of `input`. */
export interface InputOptions {
  /** "int32" for indices, as an embedding takes them. Default "float32". */
  dtype?: "float32" | "int32";
  /** The key of its data in fit({ name: ... }). Default "input", "input_1", ... */
  name?: string | null;
}

/**
 * A model's input: the shape of one sample, without the batch axis.
 *
 * @throws OptionError where the shape is none
 *
 * @example
 *     const x = input([28, 28, 1]);
 *     const y = dense({ units: 10 })(flatten()(x));
 *     const net = model({ inputs: x, outputs: y });
 */
export function input<const S extends Shape>(
  shape: S,
  options: InputOptions = {},
): LayerTensor<Readonly<S>> {
  checkSampleShape("input: the shape", shape);
  return new LayerTensor(shape, options.dtype ?? "float32", null, 0, options.name ?? null);
}
