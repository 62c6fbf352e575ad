import { OptionError } from "../../errors.ts";

/**
 * A template with its fields filled in as Python does: `{epoch}`, `{epoch:03d}`, `{val_loss:.2f}`.
 *
 * @throws OptionError on a field that is not among the values, or a format other than `d`, `f` and `e`
 */
export function filledIn(
  subject: string,
  template: string,
  values: Readonly<Record<string, number>>,
): string {
  return template.replaceAll(/\{([^{}:]+)(?::([^{}]*))?\}/g, (_field, name: string, spec = "") => {
    const value = values[name];
    if (value === undefined) {
      throw new OptionError(
        `${subject}: there is no "${name}" for "${template}"; known: ${Object.keys(values).join(", ")}`,
      );
    }
    const [whole, zero, width, digits, kind] = /^(0?)(\d*)(?:\.(\d+))?([dfe]?)$/.exec(spec) ?? [];
    if (whole === undefined || (kind === "d" && digits !== undefined)) {
      throw new OptionError(
        `${subject}: the format "${spec}" of "${name}" is not known; such as 03d, .2f, .3e`,
      );
    }
    let text = String(value);
    if (kind === "f") text = value.toFixed(Number(digits ?? 6));
    else if (kind === "e") text = value.toExponential(Number(digits ?? 6));
    else if (digits !== undefined) text = String(Number(value.toPrecision(Number(digits))));
    return text.padStart(Number(width), zero === "0" ? "0" : " ");
  });
}
