import type { Logs } from "./callbacks.ts";

/** `epoch 3/10  0.42 s  loss 0.1234  ...`: one line of text an epoch. @param epoch  from 0 */
export function epochLine(epoch: number, epochs: number, seconds: number, results: Logs): string {
  const values = Object.entries(results).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(4))}`,
  );
  return `epoch ${epoch + 1}/${epochs}  ${seconds.toFixed(2)} s  ${values.join("  ")}`;
}
