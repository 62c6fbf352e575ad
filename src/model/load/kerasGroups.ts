import { isObject } from "./kerasJson.ts";

/** Keras's class of a layer in snake case: what the weights file of Keras 3 calls its group. */
function snake(className: string): string {
  return className
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** A layer of a model's config, and the group that holds its weights in a file of Keras 3. */
export interface LayerGroup {
  readonly name: string;
  readonly group: string;
  /** `{ class_name, config }`. */
  readonly layer: Readonly<Record<string, unknown>>;
}

/**
 * The groups of the layers in a model's config, in its order: named for their classes, and numbered, `dense`, `dense_1`.
 * Layers without weights count too.
 */
export function layerGroups(config: unknown): LayerGroup[] {
  const own = isObject(config) && isObject(config["config"]) ? config["config"]["layers"] : null;
  if (!Array.isArray(own)) return [];
  const counts = new Map<string, number>();
  return (own as unknown[]).flatMap((layer): LayerGroup[] => {
    if (!isObject(layer) || !isObject(layer["config"])) return [];
    const base = snake(String(layer["class_name"]));
    const n = counts.get(base) ?? 0;
    counts.set(base, n + 1);
    const name = String(layer["config"]["name"]).replaceAll("/", "_");
    return [{ name, group: n === 0 ? base : `${base}_${n}`, layer }];
  });
}
