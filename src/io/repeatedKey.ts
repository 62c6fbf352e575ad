/**
 * The first key that an object in a JSON text has twice, or null. JSON.parse keeps the last of them silently.
 *
 * @param json  a text that JSON.parse accepts
 */
export function repeatedKey(json: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (let i = 0; i < json.length; i++) {
    const c = json[i]!;
    if (c === "{") open.push(new Set());
    else if (c === "[") open.push(null);
    else if (c === "}" || c === "]") open.pop();
    else if (c === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
      const keys = open.at(-1);
      let next = i + 1;
      while (" \t\r\n".includes(json[next] ?? "x")) next++;
      if (!keys || json[next] !== ":") continue;
      const key: string = JSON.parse(json.slice(start, i + 1));
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}
