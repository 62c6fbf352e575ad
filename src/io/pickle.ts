import { DataError } from "../errors.ts";

/** What a pickle may refer to: how it is called, and nothing else. */
export type PickleCall = (args: readonly unknown[]) => unknown;

/** What a pickle may do besides building numbers, texts, lists and dicts. */
export interface PickleWorld {
  /** The function behind a global, or null: it is refused. */
  readonly global: (module: string, name: string) => PickleCall | null;
  /** The object behind a persistent id. */
  readonly persistent: (id: unknown) => unknown;
}

const MARK: unique symbol = Symbol("mark");

/**
 * Reads a pickle, protocols 0 to 5, without running anything: globals are only those of `world`, objects get no
 * state (BUILD is dropped), and every byte is one step, so time and memory are bounded by its length.
 * Lists and tuples come back as arrays, dicts as Maps, bytes as Uint8Array.
 * Source: CPython, Lib/pickletools.py.
 *
 * @throws DataError naming a global that is not allowed, or what is damaged
 */
export function readPickle(subject: string, bytes: Uint8Array, world: PickleWorld): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = 0;
  const fail = (message: string): never => {
    throw new DataError(`${subject}: ${message}`);
  };
  const take = (n: number): number => {
    if (!(n >= 0) || at + n > bytes.length) fail("the pickle is truncated or damaged");
    at += n;
    return at - n;
  };
  const u8 = (): number => view.getUint8(take(1));
  const u32 = (): number => view.getUint32(take(4), true);
  const u64 = (): number => u32() + u32() * 2 ** 32;
  const part = (n: number): Uint8Array => bytes.subarray(take(n), at);
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) fail("the pickle is truncated or damaged");
    const result = text.decode(bytes.subarray(at, end));
    at = end + 1;
    return result;
  };
  const pop = (): unknown => {
    if (stack.length === 0) fail("the pickle takes from an empty stack; it is damaged");
    return stack.pop();
  };
  const marked = (): unknown[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) fail("the pickle has no mark where it needs one; it is damaged");
    const items = stack.splice(mark + 1);
    stack.pop();
    return items;
  };
  const list = (value: unknown): unknown[] =>
    Array.isArray(value) ? value : fail("the pickle appends to what is no list; it is damaged");
  const set = (value: unknown, pairs: readonly unknown[]): void => {
    if (!(value instanceof Map)) fail("the pickle sets items of what is no dict; it is damaged");
    for (let i = 0; i + 1 < pairs.length; i += 2)
      (value as Map<unknown, unknown>).set(pairs[i], pairs[i + 1]);
  };
  const found = (module: unknown, name: unknown): PickleCall =>
    world.global(String(module), String(name)) ??
    fail(
      `the pickle calls ${JSON.stringify(`${String(module)}.${String(name)}`.slice(0, 80))}, which is never run; save a state_dict, or as safetensors`,
    );
  const called = (f: unknown, args: unknown): unknown =>
    typeof f === "function" && Array.isArray(args)
      ? (f as PickleCall)(args)
      : fail("the pickle calls what is no function; it is damaged");
  const long = (n: number): number => {
    if (n > 8) fail("the pickle holds a whole number of more than 64 bits");
    let value = 0n;
    part(n).forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
    return Number(n === 0 ? 0n : BigInt.asIntN(8 * n, value));
  };
  const memoized = (key: number): unknown =>
    memo.has(key) ? memo.get(key) : fail("the pickle recalls what it never kept; it is damaged");
  const top = (): unknown => (stack.length > 0 ? stack.at(-1) : pop());

  for (;;) {
    const op = String.fromCharCode(u8());
    if (op === ".") {
      const result = pop();
      return result === MARK ? fail("the pickle ends with a mark; it is damaged") : result;
    }
    switch (op) {
      case "\x80":
        u8();
        break; // PROTO
      case "\x95":
        take(8);
        break; // FRAME
      case "(":
        stack.push(MARK);
        break;
      case "0":
        pop();
        break;
      case "1":
        marked();
        break;
      case "2":
        stack.push(top());
        break;
      case "N":
        stack.push(null);
        break;
      case "\x88":
        stack.push(true);
        break;
      case "\x89":
        stack.push(false);
        break;
      case "I": {
        const number = line();
        stack.push(number === "00" ? false : number === "01" ? true : Number(number));
        break;
      }
      case "L":
        stack.push(Number(line().replace(/L$/, "")));
        break;
      case "F":
        stack.push(Number(line()));
        break;
      case "J":
        stack.push(view.getInt32(take(4), true));
        break;
      case "K":
        stack.push(u8());
        break;
      case "M":
        stack.push(view.getUint16(take(2), true));
        break;
      case "\x8a":
        stack.push(long(u8()));
        break;
      case "\x8b":
        stack.push(long(u32()));
        break;
      case "G":
        stack.push(view.getFloat64(take(8), false));
        break;
      case "X":
        stack.push(text.decode(part(u32())));
        break;
      case "\x8c":
      case "U":
        stack.push(text.decode(part(u8())));
        break;
      case "\x8d":
        stack.push(text.decode(part(u64())));
        break;
      case "T":
        stack.push(text.decode(part(u32())));
        break;
      case "V":
        stack.push(line());
        break;
      case "S":
        stack.push(line().slice(1, -1));
        break;
      case "B":
        stack.push(part(u32()));
        break;
      case "C":
        stack.push(part(u8()));
        break;
      case "\x8e":
        stack.push(part(u64()));
        break;
      case "]":
      case ")":
      case "\x8f":
        stack.push([]);
        break;
      case "}":
        stack.push(new Map());
        break;
      case "l":
      case "t":
        stack.push(marked());
        break;
      case "d": {
        const pairs = marked();
        const dict = new Map();
        set(dict, pairs);
        stack.push(dict);
        break;
      }
      case "\x85":
        stack.push([pop()]);
        break;
      case "\x86": {
        const b = pop();
        stack.push([pop(), b]);
        break;
      }
      case "\x87": {
        const c = pop();
        const b = pop();
        stack.push([pop(), b, c]);
        break;
      }
      case "a": {
        const item = pop();
        list(top()).push(item);
        break;
      }
      case "e":
      case "\x90": {
        const items = marked();
        const to = list(top());
        for (const item of items) to.push(item);
        break;
      }
      case "s": {
        const value = pop();
        const key = pop();
        set(top(), [key, value]);
        break;
      }
      case "u": {
        const pairs = marked();
        set(top(), pairs);
        break;
      }
      case "c": {
        const module = line();
        stack.push(found(module, line()));
        break;
      }
      case "\x93": {
        const name = pop();
        stack.push(found(pop(), name));
        break;
      }
      case "R":
      case "\x81": {
        const args = pop();
        stack.push(called(pop(), args));
        break;
      }
      case "b":
        pop();
        break; // BUILD: the object's own state, such as _metadata, is dropped
      case "Q":
        stack.push(world.persistent(pop()));
        break;
      case "P":
        stack.push(world.persistent(line()));
        break;
      case "p":
        memo.set(Number(line()), top());
        break;
      case "q":
        memo.set(u8(), top());
        break;
      case "r":
        memo.set(u32(), top());
        break;
      case "\x94":
        memo.set(memo.size, top());
        break;
      case "g":
        stack.push(memoized(Number(line())));
        break;
      case "h":
        stack.push(memoized(u8()));
        break;
      case "j":
        stack.push(memoized(u32()));
        break;
      default:
        fail(`the pickle has opcode 0x${op.charCodeAt(0).toString(16)}, which is not read`);
    }
  }
}
