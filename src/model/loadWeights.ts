import { OptionError } from "../errors.ts";
import { decodeSafetensors } from "../io/safetensors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { WeightOptions } from "./load/foreignWeights.ts";
import { sniff } from "./load/sniff.ts";
import { type ModelSource, type SourceOptions, openSource } from "./load/source.ts";
import type { AnyModel } from "./model.ts";
import { setValues } from "./setValues.ts";

/** Options of `loadWeights`. */
export interface LoadWeightsOptions extends WeightOptions, SourceOptions {}

/**
 * Reads variables into a model that is built, from safetensors or a file of another library.
 *
 * @throws DataError naming what is missing or differs
 */
export async function loadWeights(
  model: AnyModel,
  source: ModelSource,
  { names = null, layout = "auto", ...how }: LoadWeightsOptions = {},
): Promise<void> {
  if (!model.built)
    throw new OptionError(
      `model "${model.name}": has no variables to load yet; build or fit it first`,
    );
  const opened = await openSource("loadWeights", source, how);
  const { bytes, name } = opened;
  const setOwn = (subject: string, tensors: ReadonlyMap<string, Tensor>): void =>
    setValues(subject, model, tensors);
  const subject = `loadWeights${name === "" ? "" : ` "${name}"`}`;
  if (sniff(bytes) === "safetensors") {
    const { tensors } = decodeSafetensors(bytes, { name, narrowing: "round" });
    const own = names === null && layout !== "torch";
    if (own && model.variables.every((v) => tensors.has(v.name))) return setOwn(subject, tensors);
  }
  // Few programs read files of other libraries: they alone load what does.
  const { foreignWeights } = await import("./load/foreignWeights.ts");
  return foreignWeights(model, opened, { names, layout }, setOwn);
}
