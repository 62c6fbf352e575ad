import {
  DataError,
  EngineError,
  MemoryError,
  NonFiniteError,
  OptionError,
  ShapeError,
} from "../errors.ts";

const MOVED: unique symbol = /* @__PURE__ */ Symbol("moved");

/** A value with buffers that are handed over to the other side and not copied. */
export interface Moved<T> {
  readonly [MOVED]: readonly ArrayBuffer[];
  readonly value: T;
}

/** Lets an answer's buffers be handed over. */
export function moved<T>(value: T, buffers: readonly ArrayBuffer[]): Moved<T> {
  return { [MOVED]: buffers, value };
}

function isMoved(value: unknown): value is Moved<unknown> {
  return typeof value === "object" && value !== null && MOVED in value;
}

/** What one side answers with: a value, a promise of one, or one that is handed over. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

type Message =
  | { readonly call: string; readonly id: number; readonly argument: unknown }
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly error: PlainError };

/** An error as a message can hold it. */
interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Where the side that posts keeps what was thrown; or, as -1 - n, where the side that receives does. */
  readonly thrown: number;
}

const CLASSES: Readonly<Record<string, new (message: string) => Error>> = {
  DataError,
  EngineError,
  MemoryError,
  NonFiniteError,
  OptionError,
  ShapeError,
  RangeError,
  TypeError,
};

function plain(error: unknown, thrown: number): PlainError {
  if (!(error instanceof Error))
    return { name: "Error", message: String(error), stack: undefined, thrown };
  return { name: error.name, message: error.message, stack: error.stack, thrown };
}

/** One side of two threads that call each other by messages. */
export interface Peer {
  /** Calls waiting for an answer. */
  readonly open: number;
  /** Calls a handler of the other side. */
  call<T>(name: string, argument: unknown, moved?: readonly ArrayBuffer[]): Promise<T>;
  /** Takes a message of the other side. */
  receive(message: unknown): void;
  /** Nothing will come any more: all calls fail with this error. */
  end(error: Error): void;
}

/**
 * One side of two threads that call each other. Calls and answers come in the order in which they were posted. What a
 * handler throws is thrown where it was called, in its own class; and where it goes back to the side that threw it, it
 * is the same object again.
 */
export function createPeer(
  post: (message: unknown, moved: readonly ArrayBuffer[]) => void,
  handlers: Handlers,
): Peer {
  const waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: unknown) => void }
  >();
  let next = 0;
  let ended: Error | null = null;
  /** What was thrown here to the other side. */
  const thrownHere: unknown[] = [];
  /** Where errors that came from the other side are kept there. */
  const origins = new WeakMap<object, number>();

  const placeOf = (error: unknown): number => {
    const origin = typeof error === "object" && error !== null ? origins.get(error) : undefined;
    return origin === undefined ? thrownHere.push(error) - 1 : -1 - origin;
  };
  const errorFrom = ({ name, message, stack, thrown }: PlainError): unknown => {
    if (thrown < 0) return thrownHere[-1 - thrown];
    const error = new (CLASSES[name] ?? Error)(message);
    if (stack !== undefined) error.stack = stack;
    origins.set(error, thrown);
    return error;
  };
  const answer = async (name: string, id: number, argument: unknown): Promise<void> => {
    try {
      const handler = handlers[name];
      if (!handler) throw new EngineError(`worker: there is nothing called "${name}"`);
      const given = await handler(argument as never);
      const [value, buffers] = isMoved(given) ? [given.value, given[MOVED]] : [given, []];
      post({ answer: id, value } satisfies Message, buffers);
    } catch (error) {
      post({ answer: id, error: plain(error, placeOf(error)) } satisfies Message, []);
    }
  };
  return {
    get open() {
      return waiting.size;
    },
    call: (name, argument, buffers = []) => {
      if (ended) return Promise.reject(ended);
      const id = next++;
      return new Promise((resolve, reject) => {
        post({ call: name, id, argument } satisfies Message, buffers);
        waiting.set(id, { resolve, reject });
      });
    },
    receive: (data) => {
      const message = data as Message;
      if ("call" in message) return void answer(message.call, message.id, message.argument);
      const call = waiting.get(message.answer);
      waiting.delete(message.answer);
      if ("error" in message) call?.reject(errorFrom(message.error));
      else call?.resolve(message.value as never);
    },
    end: (error) => {
      ended ??= error;
      for (const { reject } of waiting.values()) reject(ended);
      waiting.clear();
    },
  };
}
