import { OptionError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Shape } from "../shape.ts";
import type { AnyLayer, CallContext, ParameterSpec } from "./defineLayer.ts";
import { outputsOf } from "./layerTensor.ts";

/** A layer that another layer holds as its option. @throws OptionError where it is none */
export function checkLayer(kind: string, layer: unknown): asserts layer is AnyLayer {
  if (typeof layer === "function" && "params" in layer && "call" in layer) return;
  throw new OptionError(
    `${kind}: layer must be a layer, got ${layer === null ? "none" : typeof layer}; pass ${kind}({ layer: ... })`,
  );
}

/** Name of a layer that another one holds. */
export function innerName(layer: AnyLayer): string {
  return layer.layerName ?? layer.kind;
}

/** The parameters of an inner layer, as the outer one has them: `prefix/kernel`. */
export function innerParams(
  layer: AnyLayer,
  shapes: readonly Shape[],
  prefix: string,
): Record<string, ParameterSpec> {
  return Object.fromEntries(
    Object.entries(layer.params(shapes)).map(([name, spec]) => [`${prefix}/${name}`, spec]),
  );
}

/** What an inner layer gives, with the parameters that stand under its prefix. */
export function callInner(
  layer: AnyLayer,
  inputs: readonly SymbolicTensor[],
  { params, training, frozen, randomStream, update }: CallContext<object>,
  prefix: string,
): readonly SymbolicTensor[] {
  const own = Object.entries(params).flatMap(([name, t]) =>
    name.startsWith(`${prefix}/`) ? [[name.slice(prefix.length + 1), t] as const] : [],
  );
  return outputsOf(
    layer.call(inputs, {
      params: Object.fromEntries(own),
      training,
      frozen: frozen || !layer.trainable,
      randomStream,
      update: (name, ...values) => update(`${prefix}/${name}`, ...values),
    }),
  );
}
