/** See checks.mjs. */
export function trained(
  thalweg: typeof import("../../src/index.ts"),
): Promise<Record<string, string>>;
