/** At most `limit` of n rows (and one at least), evenly spaced and in order: all of them if they fit. */
export function spacedRows(n: number, limit: number): Int32Array {
  const count = Math.min(n, Math.max(1, Math.floor(limit)));
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}
