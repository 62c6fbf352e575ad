import { OptionError, checkName, checkOptions } from "../errors.ts";
import { LayerTensor } from "../layers/layerTensor.ts";
import type { Shape } from "../shape.ts";
import { Model, type OutputForm } from "./model.ts";
import type { Predictions, SampleShapes } from "./modelShapes.ts";
import { isRecord } from "./objective.ts";

/** Outputs of a functional model: one, a list, or an object, whose keys name them. */
export type ModelOutputs =
  | LayerTensor
  | readonly LayerTensor[]
  | Readonly<Record<string, LayerTensor>>;

/** What `model` takes. */
export interface ModelOptions<
  Out extends ModelOutputs,
  In extends LayerTensor | readonly LayerTensor[] = LayerTensor | readonly LayerTensor[],
> {
  /** What `input` gave, or any tensor of a graph of layers that the outputs are computed from. */
  inputs: In;
  outputs: Out;
  /** Default "model". */
  name?: string;
  /** Decides the first values of the parameters. Default 0. */
  seed?: number;
}

/** A model between some inputs and outputs of a graph of layers. */
export class Functional<Predicted, Inputs extends readonly Shape[]> extends Model<
  Predicted,
  Inputs
> {
  constructor(
    inputs: readonly LayerTensor[],
    outputs: readonly LayerTensor[],
    outputNames: readonly string[] | null,
    form: OutputForm,
    { name = "model", seed = 0 }: { name?: string; seed?: number },
  ) {
    super(name, seed, form);
    this.setGraph(inputs, outputs, outputNames);
  }
}

function checked(what: string, list: readonly unknown[]): readonly LayerTensor[] {
  if (list.length > 0 && list.every((t) => t instanceof LayerTensor)) return list;
  throw new OptionError(
    `model: ${what} must be what input() or a layer gave: one, a list, or (outputs) an object by name`,
  );
}

/**
 * A model between any inputs and outputs of a graph of layers: several of each, branches, layers that are
 * applied more than once. It may end at a layer in the middle of another model, whose weights it shares.
 *
 * Inputs are named by `input(shape, { name })`, outputs by the keys of an object or by their layers.
 *
 * @throws OptionError where an output needs an input that is not given, or two layers have one name
 *
 * @example
 *     const image = input([8, 8, 1], { name: "image" });
 *     const features = dense({ units: 32, activation: "relu" })(flatten()(image));
 *     const net = model({
 *       inputs: image,
 *       outputs: { digit: dense({ units: 10, activation: "softmax" })(features), ink: dense({ units: 1 })(features) },
 *     });
 *     net.compile({ optimizer: "adam", loss: { digit: "sparseCategoricalCrossentropy", ink: "meanSquaredError" } });
 */
export function model<
  const Out extends ModelOutputs,
  const In extends LayerTensor | readonly LayerTensor[],
>(options: ModelOptions<Out, In>): Model<Predictions<Out>, SampleShapes<In>> {
  const known = ["inputs", "outputs", "name", "seed"];
  checkOptions("model", options, known);
  for (const key of Object.keys(options)) checkName("model", "option", key, known);
  const { inputs, outputs } = options;
  const ins = inputs instanceof LayerTensor ? [inputs] : inputs;
  const form = outputs instanceof LayerTensor ? "single" : isRecord(outputs) ? "record" : "list";
  const outs = form === "single" ? [outputs] : form === "record" ? Object.values(outputs) : outputs;
  return new Functional<Predictions<Out>, SampleShapes<In>>(
    checked("inputs", Array.isArray(ins) ? ins : [ins]),
    checked("outputs", outs as readonly unknown[]),
    form === "record" ? Object.keys(outputs) : null,
    form,
    options,
  );
}
