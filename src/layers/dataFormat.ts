import { OptionError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { transpose } from "../ops/transpose.ts";
import type { Shape } from "../shape.ts";

/** Where the channels stand: [batch, ..., channels] or [batch, channels, ...]. */
export type DataFormat = "channelsLast" | "channelsFirst";

/** @throws OptionError */
export function checkDataFormat(subject: string, format: unknown): void {
  if (format !== "channelsLast" && format !== "channelsFirst") {
    throw new OptionError(
      `${subject}: dataFormat must be "channelsLast" or "channelsFirst", got ${String(format)}`,
    );
  }
}

/** The tensor with one axis moved, the others in their order. */
export function moveAxis(x: SymbolicTensor, from: number, to: number): SymbolicTensor {
  if (from === to) return x;
  const permutation = x.shape.map((_, i) => i).filter((i) => i !== from);
  permutation.splice(to, 0, from);
  return transpose(x, { permutation });
}

/** Applies an op that wants its channels last, whatever the format. */
export function withChannelsLast(
  x: SymbolicTensor,
  format: DataFormat,
  op: (x: SymbolicTensor) => SymbolicTensor,
): SymbolicTensor {
  if (format === "channelsLast") return op(x);
  const y = op(moveAxis(x, 1, x.shape.length - 1));
  // What has lost its spatial axes has its channels last and first.
  return y.shape.length === x.shape.length ? moveAxis(y, y.shape.length - 1, 1) : y;
}

/** Channels of a shape without its batch axis. */
export function channelsOf(shape: Shape, format: DataFormat): number {
  return format === "channelsLast" ? shape.at(-1)! : shape[0]!;
}
