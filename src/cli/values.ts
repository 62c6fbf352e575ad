import { OptionError } from "../errors.ts";

/** A number that an option must hold. @throws OptionError `--dropout: must lie in [0, 1), got "2"` */
export function numberOption(
  name: string,
  text: string,
  must: string,
  holds: (value: number) => boolean,
): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!holds(value)) throw new OptionError(`--${name}: must ${must}, got "${text}"`);
  return value;
}

/** A whole number of at least `least`. @throws OptionError */
export function countOption(name: string, text: string, least: number): number {
  const must = `be a whole number >= ${least}`;
  return numberOption(name, text, must, (n) => Number.isSafeInteger(n) && n >= least);
}

/** Units of hidden layers: "64,32"; "0" for none. @throws OptionError */
export function layersOption(text: string): number[] {
  if (text.trim() === "0") return [];
  return text.split(/[,x]/).map((part) => {
    const must = "be whole numbers >= 1 with commas between, such as 64,32, or 0 for none";
    const holds = (n: number): boolean => Number.isSafeInteger(n) && n >= 1 && n <= 65536;
    if (!holds(part.trim() === "" ? 0 : Number(part))) {
      throw new OptionError(`--layers: must ${must}, got "${text}"`);
    }
    return Number(part);
  });
}
