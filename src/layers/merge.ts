import { ShapeError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { reshape } from "../ops/reshape.ts";
import { printShape } from "../shape.ts";
import type { LayerDefinition } from "./defineLayer.ts";

/** Samples of fewer axes get axes of length 1 in front, behind the batch axis: they then broadcast by NumPy's rule. */
function aligned(inputs: readonly SymbolicTensor[]): SymbolicTensor[] {
  const rank = Math.max(...inputs.map((x) => x.shape.length));
  return inputs.map((x) => {
    const [batch, ...sample] = x.shape;
    const ones = new Array<number>(rank - x.shape.length).fill(1);
    return ones.length === 0 ? x : reshape(x, { shape: [batch!, ...ones, ...sample] });
  });
}

/** Throws where a layer that merges has the wrong number of inputs. @throws ShapeError */
export function checkInputs(
  subject: string,
  inputs: readonly SymbolicTensor[],
  exactly: number | null = null,
): void {
  if (exactly === null ? inputs.length >= 2 : inputs.length === exactly) return;
  throw new ShapeError(
    `${subject}: takes ${exactly ?? "at least 2"} inputs, got ${inputs.map((x) => printShape([null, ...x.shape.slice(1)])).join(", ")}; call it on a list of tensors`,
  );
}

/** The call of a layer that combines its inputs two by two, from the left. */
export function merging(
  kind: string,
  combine: (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor,
  exactly: number | null = null,
): LayerDefinition<object>["call"] {
  return (inputs, _context, name) => {
    checkInputs(`${kind} "${name}"`, inputs, exactly);
    return aligned(inputs).reduce(combine);
  };
}
