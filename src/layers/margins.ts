import { ShapeError } from "../errors.ts";
import { printShape } from "../shape.ts";

/** Elements before and behind along an axis: one number for both, or two. */
export type Margin = number | readonly [before: number, after: number];

/** Margins of two axes: one number for all four, one for each axis, or two for each. */
export type Margins2d = number | readonly [Margin, Margin];

function whole(n: unknown): boolean {
  return Number.isInteger(n) && (n as number) >= 0;
}

/** A margin as two numbers. @throws RangeError */
export function marginOf(subject: string, margin: Margin): [number, number] {
  const pair = typeof margin === "number" ? [margin, margin] : margin;
  if (Array.isArray(pair) && pair.length === 2 && pair.every(whole)) return [pair[0]!, pair[1]!];
  throw new RangeError(
    `${subject} must be a whole number >= 0, or two, got ${JSON.stringify(margin)}`,
  );
}

/** Margins of two axes as pairs. @throws RangeError */
export function marginsOf(subject: string, margins: Margins2d): [number, number][] {
  const pair = typeof margins === "number" ? [margins, margins] : margins;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new RangeError(
      `${subject} must be a whole number >= 0, two, or two pairs, got ${JSON.stringify(margins)}`,
    );
  }
  return (pair as readonly Margin[]).map((margin) => marginOf(subject, margin));
}

/** Throws where an input does not have so many axes with the batch axis. @throws ShapeError */
export function checkRank(
  subject: string,
  shape: readonly number[],
  axes: readonly string[],
): void {
  if (shape.length === axes.length) return;
  throw new ShapeError(
    `${subject}: input must have ${axes.length} axes [${axes.join(", ")}], got ${printShape([null, ...shape.slice(1)])}`,
  );
}

/** Where images hold their channels. */
export type DataFormat = "channelsLast" | "channelsFirst";

/** Margins of an image's axes, its batch and channels left alone. @throws RangeError */
export function imageMargins(
  subject: string,
  margins: readonly [number, number][],
  dataFormat: DataFormat,
): [number, number][] {
  const none: [number, number] = [0, 0];
  if (dataFormat === "channelsLast") return [none, ...margins, none];
  if (dataFormat === "channelsFirst") return [none, none, ...margins];
  throw new RangeError(
    `${subject}: dataFormat must be "channelsLast" or "channelsFirst", got ${JSON.stringify(dataFormat)}`,
  );
}

/** Throws where cropping leaves nothing. @throws ShapeError */
export function checkLeft(
  subject: string,
  shape: readonly number[],
  margins: readonly [number, number][],
): void {
  if (margins.every(([before, after], i) => before + after === 0 || before + after < shape[i]!))
    return;
  throw new ShapeError(
    `${subject}: cropping must leave something of ${printShape([null, ...shape.slice(1)])}, got ${JSON.stringify(margins.slice(1))}`,
  );
}
