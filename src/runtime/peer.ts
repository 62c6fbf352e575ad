import {
  DataError,
  EngineError,
  MemoryError,
  NonFiniteError,
  OptionError,
  ShapeError,
} from "../errors.ts";

/** A value with buffers that are handed over to the other side and not copied. */
export class Moved<T> {
  readonly value: T;
  readonly buffers: readonly ArrayBuffer[];

  constructor(value: T, buffers: readonly ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
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

/**
 * One side of two threads that call each other by messages. Calls and answers come in the order in which they were
 * posted. What a handler throws is thrown where it was called, in its own class; and where it goes back to the side
 * that threw it, it is the same object again.
 */
export class Peer {
  private readonly post: (message: unknown, moved: readonly ArrayBuffer[]) => void;
  private readonly handlers: Handlers;
  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: unknown) => void }
  >();
  private next = 0;
  private ended: Error | null = null;
  /** What was thrown here to the other side. */
  private readonly thrown: unknown[] = [];
  /** Where errors that came from the other side are kept there. */
  private readonly origins = new WeakMap<object, number>();

  constructor(post: (message: unknown, moved: readonly ArrayBuffer[]) => void, handlers: Handlers) {
    this.post = post;
    this.handlers = handlers;
  }

  /** Calls waiting for an answer. */
  get open(): number {
    return this.waiting.size;
  }

  /** Calls a handler of the other side. */
  call<T>(name: string, argument: unknown, moved: readonly ArrayBuffer[] = []): Promise<T> {
    if (this.ended) return Promise.reject(this.ended);
    const id = this.next++;
    return new Promise<T>((resolve, reject) => {
      this.post({ call: name, id, argument } satisfies Message, moved);
      this.waiting.set(id, { resolve, reject });
    });
  }

  /** Takes a message of the other side. */
  receive(data: unknown): void {
    const message = data as Message;
    if ("call" in message) {
      void this.answer(message.call, message.id, message.argument);
      return;
    }
    const call = this.waiting.get(message.answer);
    this.waiting.delete(message.answer);
    if ("error" in message) call?.reject(this.errorFrom(message.error));
    else call?.resolve(message.value as never);
  }

  /** Nothing will come any more: all calls fail with this error. */
  end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }

  private async answer(name: string, id: number, argument: unknown): Promise<void> {
    try {
      const handler = this.handlers[name];
      if (!handler) throw new EngineError(`worker: there is nothing called "${name}"`);
      const given = await handler(argument as never);
      const [value, moved] = given instanceof Moved ? [given.value, given.buffers] : [given, []];
      this.post({ answer: id, value } satisfies Message, moved);
    } catch (error) {
      this.post({ answer: id, error: this.plain(error) } satisfies Message, []);
    }
  }

  private plain(error: unknown): PlainError {
    const origin = typeof error === "object" && error !== null && this.origins.get(error);
    const thrown = typeof origin === "number" ? -1 - origin : this.thrown.push(error) - 1;
    if (!(error instanceof Error))
      return { name: "Error", message: String(error), stack: undefined, thrown };
    return { name: error.name, message: error.message, stack: error.stack, thrown };
  }

  private errorFrom({ name, message, stack, thrown }: PlainError): unknown {
    if (thrown < 0) return this.thrown[-1 - thrown];
    const error = new (CLASSES[name] ?? Error)(message);
    if (stack !== undefined) error.stack = stack;
    this.origins.set(error, thrown);
    return error;
  }
}
