import type { LayerTensor } from "../../../layers/layerTensor.ts";
import type { OnnxConverter } from "./converter.ts";

/**
 * Steps in time as ONNX's recurrences have them: the batch is not the first axis, and the directions have one of their own.
 * Nothing is computed to bring them into that order; what reads them looks at the letters.
 */
export interface Steps {
  /** Of ours: [batch, time, directions * units], or [batch, directions * units]. */
  readonly t: LayerTensor;
  /** ONNX's axes in their order: b(atch), t(ime), d(irections), u(nits). */
  readonly layout: string;
  readonly directions: 1 | 2;
  /** Whether ONNX counts time from the end of ours. */
  readonly flipped: boolean;
}

/** The steps of a value; one that is as ours is read as [batch, time, features] or [batch, features]. */
export function stepsOf(c: OnnxConverter, name: string): Steps | null {
  const held = c.steps.get(name);
  if (held) return held;
  const value = c.values.get(name);
  const rank = value?.t.shape.length;
  if (!value || value.last || (rank !== 1 && rank !== 2)) return null;
  return { t: value.t, layout: rank === 1 ? "bu" : "btu", directions: 1, flipped: false };
}

/** Keeps steps under a name: as an ordinary value where their axes are ours. */
export function setSteps(c: OnnxConverter, name: string, steps: Steps): void {
  if (!steps.flipped && (steps.layout === "btu" || steps.layout === "bu"))
    c.values.set(name, { t: steps.t, last: false });
  else c.steps.set(name, steps);
}

/** Length of an axis; null for the batch. */
function lengthOf({ t, directions }: Steps, axis: string): number | null {
  if (axis === "b") return null;
  if (axis === "t") return t.shape[0]!;
  return axis === "d" ? directions : t.shape.at(-1)! / directions;
}

/** `Transpose` of steps. @returns whether it was one */
export function transposedSteps(c: OnnxConverter): boolean {
  const name = c.node.inputs[0] ?? "";
  const steps = stepsOf(c, name);
  if (!steps) return false;
  const perm = c.list("perm") ?? [];
  // What leaves the batch first is an ordinary permutation, as long as nothing else is unusual.
  if (!c.steps.has(name) && perm[0] === 0) return false;
  if (perm.length !== steps.layout.length) return false;
  const layout = perm
    .map((axis) => steps.layout[axis] ?? c.fail("must name every axis once"))
    .join("");
  setSteps(c, c.node.outputs[0]!, { ...steps, layout });
  return true;
}

/** The layouts that a reshape may give: one direction goes, two become features where they stand ahead of them. */
function withoutDirections({ layout, directions }: Steps): string | null {
  return directions === 1 || layout.includes("du") ? layout.replace("d", "") : null;
}

/** `Reshape`, `Squeeze` and `Unsqueeze` of steps. @returns whether it was one */
export function reshapedSteps(c: OnnxConverter): boolean {
  const { op, inputs, outputs } = c.node;
  const name = inputs[0] ?? "";
  const steps = stepsOf(c, name);
  if (!steps) return false;
  const { layout, directions } = steps;
  if (op === "Unsqueeze") {
    // A state for a recurrence: [batch, units] as [1, batch, units].
    const axes = c.list("axes", 1) ?? [];
    if (layout !== "bu" || axes.length !== 1 || axes[0] !== 0) return false;
    setSteps(c, outputs[0]!, { ...steps, layout: `d${layout}` });
    return true;
  }
  if (!c.steps.has(name)) return false;
  const kept = withoutDirections(steps);
  if (op === "Squeeze") {
    const axes = c.list("axes", 1) ?? [layout.indexOf("d")];
    const at = axes.map((axis) => (axis < 0 ? axis + layout.length : axis));
    if (directions > 1 || at.length !== 1 || layout[at[0]!] !== "d")
      c.fail("must drop the axis of one direction");
    setSteps(c, outputs[0]!, { ...steps, layout: kept! });
    return true;
  }
  const target = c.list("shape", 1) ?? c.fail("must have a shape");
  const merged = kept === null ? null : { ...steps, layout: kept, directions: 1 as const };
  const fits =
    merged !== null &&
    target.length === kept!.length &&
    target.every((n, i) => {
      const length = lengthOf(merged, kept![i]!);
      // A zero copies the axis that stands at the same place ahead of the reshape.
      if (n === 0) return layout[i] === kept![i];
      return n === -1 || n === length || (length === null && n === c.batch);
    });
  if (!fits) c.fail(`must give steps their directions as features, got [${target.join(", ")}]`);
  setSteps(c, outputs[0]!, merged!);
  return true;
}

/** `Slice` that turns time round. @returns whether it was one */
export function turnedSteps(c: OnnxConverter): boolean {
  const steps = stepsOf(c, c.node.inputs[0] ?? "");
  const [axes, strides] = [c.list("axes", 3), c.list("steps", 4)];
  if (!steps || axes?.length !== 1 || strides?.[0] !== -1) return false;
  const axis = axes[0]! < 0 ? axes[0]! + steps.layout.length : axes[0]!;
  if (steps.layout[axis] !== "t") return false;
  const length = steps.t.shape[0]!;
  const [start, end] = [c.list("starts", 1)?.[0] ?? 0, c.list("ends", 2)?.[0] ?? 0];
  const all = (start === -1 || start >= length - 1) && (end < -length || end === -length - 1);
  if (!all) c.fail("backwards must be over all steps");
  setSteps(c, c.node.outputs[0]!, { ...steps, flipped: !steps.flipped });
  return true;
}
