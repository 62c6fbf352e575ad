export function openPages(
  folder: string,
  pages: readonly string[],
): Promise<{ version: string; lines: Record<string, string> }>;
