import { DataError, OptionError, withDefaults } from "../../errors.ts";
import { Dataset } from "./dataset.ts";
import { type Sample, type SampleLike, sampleOf } from "./sample.ts";

/** A function that gives samples one after the other; called anew for each epoch, with its number from 0. */
export type SampleGenerator = (epoch: number) => Iterable<SampleLike> | AsyncIterable<SampleLike>;

const SUBJECT = "dataset.fromGenerator";

async function* samples(
  fn: SampleGenerator,
  size: number | null,
  epoch: number,
  from: number,
): AsyncGenerator<Sample> {
  let index = 0;
  const fault = (error: unknown): DataError =>
    new DataError(
      `${SUBJECT}: the generator threw at element ${index} of epoch ${epoch + 1}: ${String(error)}`,
      {
        cause: error,
      },
    );
  let source: Iterator<SampleLike> | AsyncIterator<SampleLike>;
  try {
    const given = fn(epoch);
    const asynchronous = (given as AsyncIterable<SampleLike>)?.[Symbol.asyncIterator];
    const iterate = asynchronous ?? (given as Iterable<SampleLike>)?.[Symbol.iterator];
    if (typeof iterate !== "function")
      throw new TypeError("must return something iterable; is it a generator function*?");
    source = iterate.call(given);
  } catch (error) {
    throw fault(error);
  }
  let done = false;
  try {
    for (;;) {
      let next: IteratorResult<SampleLike>;
      try {
        next = await source.next();
      } catch (error) {
        done = true;
        throw fault(error);
      }
      if (next.done) {
        done = true;
        break;
      }
      if (size !== null && index >= size) throw sizeError(size, "more");
      if (index >= from) yield sampleOf(`${SUBJECT}: element ${index}`, next.value);
      index++;
    }
  } finally {
    if (!done) await source.return?.();
  }
  if (size !== null && index < size) throw sizeError(size, String(index));
}

function sizeError(size: number, got: string): DataError {
  return new DataError(`${SUBJECT}: an epoch must hold the stated ${size} samples, got ${got}`);
}

/**
 * Samples from a function that gives them one after the other, sync or async: a stream without random access.
 *
 * @param fn    called anew for each epoch
 * @param size  samples of an epoch, if known: training then knows its number of steps, and `split` works
 *
 * @example
 *     const numbers = dataset.fromGenerator(function* () {
 *       for (let i = 0; i < 100; i++) yield { x: [i / 100], y: [i / 50] };
 *     }, { size: 100 });
 */
export function fromGenerator(
  fn: SampleGenerator,
  options: Partial<{ size: number | null }> = {},
): Dataset {
  const { size } = withDefaults<{ size: number | null }>(SUBJECT, { size: null }, options);
  if (typeof fn !== "function") {
    throw new OptionError(
      `${SUBJECT}: must be given a function that returns a new iterator for each epoch, got ${typeof fn}`,
    );
  }
  if (size !== null && (!Number.isSafeInteger(size) || size < 0))
    throw new RangeError(`${SUBJECT}: size must be a whole number >= 0, got ${size}`);
  return new Dataset({
    name: SUBJECT,
    size,
    seed: null,
    rows: null,
    batching: null,
    open: (epoch, from) => samples(fn, size, epoch, from),
  });
}
