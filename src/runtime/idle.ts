/** Calls `f` after some milliseconds, which keep no process. @returns calls it off */
export function afterIdle(milliseconds: number, f: () => void): () => void {
  const timer: unknown = setTimeout(f, milliseconds);
  const { Deno } = globalThis as { Deno?: { unrefTimer?: (timer: number) => void } };
  if (typeof timer === "object") (timer as { unref?: () => void }).unref?.();
  else Deno?.unrefTimer?.(timer as number);
  return () => clearTimeout(timer as number);
}
