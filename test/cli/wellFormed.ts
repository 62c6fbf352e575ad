const VOID = new Set(["meta", "br", "img", "input", "hr", "link"]);

/** The first way in which a page's tags do not match, or "" for a page that is well formed. */
export function tagFault(page: string): string {
  const open: string[] = [];
  const body = page.replace(/<!doctype html>/i, "").replace(/<style>[\s\S]*?<\/style>/g, "");
  for (const [tag, slash, name, rest] of body.matchAll(
    /<(\/?)([a-zA-Z][\w:-]*)((?:[^<>"]|"[^"]*")*)>/g,
  )) {
    if (VOID.has(name!.toLowerCase()) || rest!.endsWith("/")) continue;
    if (slash === "") open.push(name!);
    else if (open.pop() !== name) return `${tag} closes nothing`;
  }
  return open.length > 0 ? `<${open.at(-1)}> is left open` : "";
}
