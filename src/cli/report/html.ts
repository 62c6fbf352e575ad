/** Markup that is safe to be put into a page. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may hold: texts are escaped, markup is not. */
export type Content = Html | string | number | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it stands in a page or an attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}

function textOf(content: Content): string {
  if (content instanceof Html) return content.text;
  if (typeof content === "string" || typeof content === "number") return escaped(String(content));
  return content.map(textOf).join("");
}

/** A piece of a page: html`<b>${name}</b>`, with what is put in escaped. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.map((s, i) => (i === 0 ? s : textOf(contents[i - 1]!) + s)).join(""));
}

/** Markup from elsewhere, such as an SVG. */
export function raw(text: string): Html {
  return new Html(text);
}
