import { decodeSafetensors } from "../../io/safetensors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { AnyModel } from "../model.ts";
import { legacy, subjectOf, unknown, zipKind } from "./fileKind.ts";
import { parseObject } from "./kerasJson.ts";
import type { LayerWeights } from "./layerWeights.ts";
import { sniff } from "./sniff.ts";
import type { OpenedSource } from "./source.ts";
import type { ModuleNames } from "./torchWeights.ts";

/** What a file of weights holds: tensors by name, or Keras's layers in order. */
type Weights =
  | { readonly layers: ReadonlyMap<string, LayerWeights> }
  | { readonly tensors: Map<string, Tensor> };

async function weightsIn(subject: string, source: OpenedSource): Promise<Weights> {
  const { bytes, name } = source;
  const narrowing = "round";
  switch (sniff(bytes)) {
    case "safetensors":
      return { tensors: decodeSafetensors(bytes, { name, narrowing }).tensors };
    case "npy": {
      const { decodeNpy } = await import("../../io/npy.ts");
      return { tensors: new Map([["tensor", decodeNpy(bytes, { name, narrowing })]]) };
    }
    case "onnx": {
      const { decodeOnnx } = await import("../../io/onnx.ts");
      return { tensors: new Map(decodeOnnx(bytes, name).constants) };
    }
    case "hdf5": {
      const { openHdf5 } = await import("../../io/hdf5.ts");
      const { h5Tensors, kerasLayers } = await import("./h5Weights.ts");
      const file = openHdf5(bytes, name);
      const layers = kerasLayers(subject, file);
      return layers ? { layers } : { tensors: h5Tensors(file) };
    }
    case "json": {
      const { byLayer, tfjsTensors } = await import("./tfjsWeights.ts");
      const text = new TextDecoder().decode(bytes);
      const json = parseObject(
        subject,
        text.trimStart().startsWith("[") ? `{"weightsManifest":${text}}` : text,
      );
      const tensors = await tfjsTensors(subject, json["weightsManifest"], source.sibling);
      return "modelTopology" in json ? { layers: byLayer(tensors, []) } : { tensors };
    }
    case "zip": {
      const kind = await zipKind(bytes, name);
      if (kind === "torch") {
        const { decodeTorch } = await import("../../io/torch.ts");
        return { tensors: decodeTorch(bytes, { name, narrowing }) };
      }
      if (kind === "npz") {
        const { decodeNpz } = await import("../../io/npz.ts");
        return { tensors: decodeNpz(bytes, { name, narrowing }) };
      }
      const { openZip } = await import("../../io/zip.ts");
      const { openHdf5 } = await import("../../io/hdf5.ts");
      const { h5Tensors } = await import("./h5Weights.ts");
      return { tensors: h5Tensors(openHdf5(openZip(bytes, name).read("model.weights.h5"), name)) };
    }
    case "legacyTorch":
      return legacy(subject);
    default:
      return unknown(subject, bytes);
  }
}

/** Named tensors of any file of weights, as they are there. @throws DataError */
export async function foreignTensors(source: OpenedSource): Promise<Map<string, Tensor>> {
  const held = await weightsIn(subjectOf("loadTensors", source), source);
  if ("tensors" in held) return held.tensors;
  return new Map([...held.layers.values()].flat().map(([name, t]) => [name, t]));
}

/** Options of `loadWeights`. */
export interface WeightOptions {
  /** Modules of a PyTorch state_dict by our layers' names, or a function: default their own names, else in order. */
  readonly names?: ModuleNames | null;
  /** Whose layouts the tensors have. Default "auto": PyTorch's where names end in weight and bias. */
  readonly layout?: "auto" | "own" | "torch";
}

/** Sets a model's variables from a file of weights. @throws DataError naming what is missing or differs */
export async function foreignWeights(
  model: AnyModel,
  source: OpenedSource,
  { names = null, layout = "auto" }: WeightOptions,
  setOwn: (subject: string, tensors: ReadonlyMap<string, Tensor>) => void,
): Promise<void> {
  const subject = subjectOf("loadWeights", source);
  const held = await weightsIn(subject, source);
  if ("layers" in held) {
    const { setLayerWeights } = await import("./layerWeights.ts");
    return setLayerWeights(subject, model, held.layers);
  }
  const { looksLikeTorch, setTorchWeights } = await import("./torchWeights.ts");
  const own = layout === "own" || model.variables.every((v) => held.tensors.has(v.name));
  if (layout === "torch" || (layout === "auto" && !own && looksLikeTorch(held.tensors.keys())))
    setTorchWeights(subject, model, held.tensors, names);
  else setOwn(subject, held.tensors);
}
