import { OptionError, checkName } from "./errors.ts";

/**
 * A definition that a caller may give by name: `"adam"` or `adam({ ... })`.
 *
 * @param subject    for the message: `dense "head"`
 * @param kind       for the message: "activation", "loss", ...
 * @param catalogue  definitions by name
 * @throws OptionError for an unknown name, with the nearest known one
 */
export function byName<T>(
  subject: string,
  kind: string,
  catalogue: Readonly<Record<string, T>>,
  name: string,
): T {
  if (typeof name !== "string") {
    throw new OptionError(
      `${subject}: ${kind} must be a name or a definition, got ${String(name)}`,
    );
  }
  checkName(subject, kind, name, Object.keys(catalogue));
  return catalogue[name]!;
}
