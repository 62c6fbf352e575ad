import type { AnyLayer } from "../../layers/defineLayer.ts";
import type { AnyModel } from "../model.ts";

/** A model's layers and those within them, in an order that follows from its graph. */
function layersOf({ topology, variables }: AnyModel): readonly AnyLayer[] {
  return [...new Set([...topology.layers, ...variables.flatMap((v) => v.layers)])];
}

/** Whether each layer may be trained. */
export function flagsOf(model: AnyModel): boolean[] {
  return layersOf(model).map((layer) => layer.trainable);
}

/** Freezes and unfreezes layers. */
export function setFlags(model: AnyModel, flags: readonly boolean[]): void {
  layersOf(model).forEach((layer, i) => (layer.trainable = flags[i]!));
}
