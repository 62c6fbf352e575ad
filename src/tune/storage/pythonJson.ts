/** Numbers that Python's json writes and JSON has not, outside of texts. */
const SPECIAL = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** JSON as Python's module writes it: NaN, Infinity and -Infinity are numbers. @throws SyntaxError */
export function parsePythonJson(text: string): unknown {
  if (!/NaN|Infinity/.test(text)) return JSON.parse(text);
  // A key that no record has stands for the numbers while JSON.parse reads the rest.
  const marked = text.replace(SPECIAL, (m) => (m.startsWith('"') ? m : `{"\\u0000number":"${m}"}`));
  return JSON.parse(marked, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("\0number" in value)) return value;
    return Number(value["\0number"]);
  });
}

/** JSON as Python's module writes it. */
export function pythonJson(value: unknown): string {
  const special: number[] = [];
  const text = JSON.stringify(value, (_, v: unknown) => {
    if (typeof v !== "number" || Number.isFinite(v)) return v;
    return `\0${special.push(v) - 1}`;
  });
  if (special.length === 0) return text;
  return text.replace(/"\\u0000(\d+)"/g, (_, k: string) => String(special[Number(k)]));
}
