/** Plain JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What JSON has no numbers for: `{ "$number": "NaN" }`. */
const KEY = "$number";

function special(x: number): string | null {
  if (Object.is(x, -0)) return "-0";
  return Number.isFinite(x) ? null : String(x);
}

/** JSON text that keeps every float64 to the bit: NaN, the infinities and -0 as well. */
export function encodeJson(value: Json): string {
  return JSON.stringify(value, (_key, x: Json) => {
    const text = typeof x === "number" ? special(x) : null;
    return text === null ? x : { [KEY]: text };
  });
}

/** What `encodeJson` wrote. @throws SyntaxError */
export function decodeJson(text: string): Json {
  return JSON.parse(text, (_key, x: Json) => {
    if (typeof x !== "object" || x === null || !(KEY in x)) return x;
    return Number(x[KEY]);
  }) as Json;
}
