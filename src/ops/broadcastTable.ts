import type { Shape } from "../shape.ts";

/**
 * The collapsed axes that kernels under broadcasting read: rank, then an axis' length and three strides
 * (0 for an operand that is missing). Axes of length 1 vanish; neighbours along which all operands advance
 * alike become one.
 *
 * @param operands  shapes of up to three operands
 * @param out       the shape to which they broadcast
 */
export function broadcastTable(operands: readonly Shape[], out: Shape): number[] {
  const axes: number[][] = [];
  const strides = [1, 1, 1];
  for (let i = 1; i <= out.length; i++) {
    const n = out.at(-i)!;
    const steps = strides.map((stride, j) => {
      const shape = operands[j] ?? [];
      const own = shape.length >= i ? shape.at(-i)! : 1;
      strides[j] = stride * own;
      return own === 1 ? 0 : stride;
    });
    if (n === 1) continue;
    const outer = axes[0];
    if (outer && steps.every((step, j) => step === outer[j + 1]! * outer[0]!)) outer[0]! *= n;
    else axes.unshift([n, ...steps]);
  }
  if (axes.length === 0) axes.push([1, 1, 1, 1]);
  return [axes.length, ...axes.flat()];
}
