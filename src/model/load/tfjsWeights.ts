import { decodeTfjsGroup, parseTfjsManifest } from "../../io/tfjs.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { OpenedSource } from "./source.ts";

/** The tensors that a TF.js weights manifest lists, by name, in order. @throws DataError */
export async function tfjsTensors(
  subject: string,
  manifest: unknown,
  sibling: OpenedSource["sibling"],
): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const group of parseTfjsManifest(subject, manifest)) {
    const shards: Uint8Array[] = [];
    for (const path of group.paths) shards.push(await sibling(path));
    const bytes = new Uint8Array(shards.reduce((sum, shard) => sum + shard.length, 0));
    let at = 0;
    for (const shard of shards) {
      bytes.set(shard, at);
      at += shard.length;
    }
    for (const [name, t] of decodeTfjsGroup(subject, group, bytes)) tensors.set(name, t);
  }
  return tensors;
}

/** Tensors by the layer whose name theirs begins with; `names` has, for each, the layer that it counts to. */
export function byLayer(
  tensors: ReadonlyMap<string, Tensor>,
  names: readonly (readonly [name: string, layer: string])[],
): Map<string, [string, Tensor][]> {
  const layers = new Map<string, [string, Tensor][]>();
  for (const [name, t] of tensors) {
    const layer = names.find(([one]) => name.startsWith(`${one}/`))?.[1] ?? name.split("/")[0]!;
    if (!layers.has(layer)) layers.set(layer, []);
    layers.get(layer)!.push([name, t]);
  }
  return layers;
}
