import { DataError } from "../errors.ts";
import { printShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { AnyModel } from "./model.ts";
import type { Slots } from "./variables.ts";

/** The optimizer's slots among named tensors. */
export function slotsFrom(tensors: ReadonlyMap<string, Tensor>): Slots {
  const slots: Slots = new Map();
  for (const [key, t] of tensors) {
    const [, slot, variable] = /^optimizer\/([^/]+)\/(.+)$/.exec(key) ?? [];
    if (slot === undefined) continue;
    if (!slots.has(slot)) slots.set(slot, new Map());
    slots.get(slot)!.set(variable!, Float32Array.from(t.data));
  }
  return slots;
}

/** Sets a model's variables from named tensors; others are ignored. @throws DataError naming what is missing or differs */
export function setValues(
  subject: string,
  model: AnyModel,
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const weights = model.variables.map((v) => {
    const t = tensors.get(v.name);
    if (!t)
      throw new DataError(
        `${subject}: has no tensor "${v.name}"; it is another model's, or damaged`,
      );
    if (!sameShape(t.shape, v.spec.shape)) {
      throw new DataError(
        `${subject}: "${v.name}" must have shape ${printShape(v.spec.shape)}, the file has ${printShape(t.shape)}`,
      );
    }
    return t;
  });
  model.setWeights(weights);
}
