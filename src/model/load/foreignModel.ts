import { DataError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import type { Model } from "../model.ts";
import { legacy, subjectOf, unknown, zipKind } from "./fileKind.ts";
import { parseObject } from "./kerasJson.ts";
import type { Parts } from "./parts.ts";
import { sniff } from "./sniff.ts";
import type { OpenedSource } from "./source.ts";

/** A whole model from a file of another library. @throws DataError where it holds only weights, or is damaged */
export async function foreignModel(
  source: OpenedSource,
  inputShape: Shape | null,
  parts: Parts,
): Promise<Model> {
  const { bytes, name } = source;
  const subject = subjectOf("loadModel", source);
  const noModel = (): never => {
    throw new DataError(
      `${subject}: holds tensors but no model; build the model and use model.loadWeights`,
    );
  };
  switch (sniff(bytes)) {
    case "onnx": {
      const { decodeOnnx } = await import("../../io/onnx.ts");
      const { modelFromOnnx } = await import("./onnxModel.ts");
      return modelFromOnnx(subject, decodeOnnx(bytes, name), inputShape, parts);
    }
    case "json": {
      const { modelFromTfjs } = await import("./tfjsModel.ts");
      const json = parseObject(subject, new TextDecoder().decode(bytes));
      return modelFromTfjs(subject, json, source.sibling, inputShape, parts);
    }
    case "hdf5": {
      const { modelFromH5 } = await import("./h5Model.ts");
      return modelFromH5(subject, bytes, name, inputShape, parts) ?? noModel();
    }
    case "zip": {
      if ((await zipKind(bytes, name)) !== "keras") return noModel();
      const { modelFromKerasZip } = await import("./kerasZip.ts");
      return modelFromKerasZip(subject, bytes, name, inputShape, parts);
    }
    case "npy":
      return noModel();
    case "legacyTorch":
      return legacy(subject);
    default:
      return unknown(subject, bytes);
  }
}
