/** See pages.mjs: null where the browser is missing. */
export function openPages(
  folder: string,
  pages: readonly string[],
  options?: { browser?: "chromium" | "firefox" | "webkit"; isolated?: boolean },
): Promise<{ version: string; pages: Record<string, { line: string; ms: number }> } | null>;
