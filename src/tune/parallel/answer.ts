import { OptionError } from "../../errors.ts";
import type { Choice } from "../space/distribution.ts";

/** Int32 words before the text: whether an answer is there, and its length in bytes. */
const HEAD = 8;
/** Most bytes of an answer: a choice's text, or the sentence of an error. */
const ROOM = 1 << 16;

/** What a thread waits for: a parameter's value, whether to stop, or why it cannot be told. */
type Answer = { readonly value: Choice } | { readonly error: string };

/** Shared memory through which one thread gets its answers. */
export function answerBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD + ROOM);
}

/** Gives the waiting thread its answer and wakes it. */
export function giveAnswer(buffer: SharedArrayBuffer, answer: Answer): void {
  const bytes = new TextEncoder().encode(JSON.stringify(answer));
  if (bytes.length > ROOM) {
    return giveAnswer(buffer, { error: `a choice must be shorter than ${ROOM} bytes` });
  }
  new Uint8Array(buffer, HEAD).set(bytes);
  const words = new Int32Array(buffer, 0, 2);
  words[1] = bytes.length;
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
}

/**
 * Asks and sleeps until the answer is there: `trial.suggestFloat` and `trial.shouldPrune` are not asynchronous.
 *
 * @throws OptionError with what the other side has to say against it
 */
export function waitForAnswer(buffer: SharedArrayBuffer, ask: () => void): Choice {
  const words = new Int32Array(buffer, 0, 2);
  Atomics.store(words, 0, 0);
  ask();
  while (Atomics.load(words, 0) === 0) Atomics.wait(words, 0, 0);
  // A decoder takes no shared memory.
  const bytes = new Uint8Array(buffer, HEAD, words[1]).slice();
  const answer = JSON.parse(new TextDecoder().decode(bytes)) as Answer;
  if ("error" in answer) throw new OptionError(answer.error);
  return answer.value;
}
