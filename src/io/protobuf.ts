import { DataError } from "../errors.ts";

/** One field of a message: a whole number (varint or fixed), or bytes. */
export interface Field {
  readonly id: number;
  readonly value: bigint | Uint8Array;
  /** Bytes of a fixed field, 0 of a varint, -1 of bytes. */
  readonly fixed: number;
}

/** @throws DataError where the message is damaged */
function varint(subject: string, bytes: Uint8Array, begin: number): [value: bigint, end: number] {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[begin + i];
    if (byte === undefined) break;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return [BigInt.asUintN(64, value), begin + i + 1];
  }
  throw new DataError(`${subject}: has a number that does not end; it is truncated or damaged`);
}

/**
 * The fields of a protobuf message, in order.
 * Source: protobuf.dev, "Encoding"; groups, which nothing writes any more, are refused.
 *
 * @throws DataError where a field passes the message's end
 */
export function* fieldsOf(subject: string, bytes: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < bytes.length) {
    const [key, next] = varint(subject, bytes, at);
    const [id, wire] = [Number(key >> 3n), Number(key & 7n)];
    if (wire === 0) {
      const [value, end] = varint(subject, bytes, next);
      yield { id, value, fixed: 0 };
      at = end;
      continue;
    }
    let [begin, length] = [next, wire === 1 ? 8 : wire === 5 ? 4 : -1];
    if (wire === 2) {
      const [n, end] = varint(subject, bytes, next);
      [begin, length] = [end, Number(n)];
    }
    if (length < 0 || id === 0)
      throw new DataError(
        `${subject}: has a field of wire type ${wire}; it is no protobuf message`,
      );
    if (begin + length > bytes.length)
      throw new DataError(
        `${subject}: has a field that passes its end; it is truncated or damaged`,
      );
    const part = bytes.subarray(begin, begin + length);
    if (wire === 2) yield { id, value: part, fixed: -1 };
    else {
      let value = 0n;
      part.forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
      yield { id, value, fixed: length };
    }
    at = begin + length;
  }
}

/** The whole numbers of a packed field, signed 64 bits. @throws DataError */
export function packedNumbers(subject: string, bytes: Uint8Array): number[] {
  const out: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [value, end] = varint(subject, bytes, at);
    out.push(Number(BigInt.asIntN(64, value)));
    at = end;
  }
  return out;
}

/** Writes a message, field by field. */
export class MessageWriter {
  private readonly parts: Uint8Array[] = [];

  private number(value: bigint): void {
    const out: number[] = [];
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      out.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    out.push(Number(rest));
    this.parts.push(Uint8Array.from(out));
  }

  int(id: number, value: number): this {
    this.number(BigInt(id << 3));
    this.number(BigInt(value));
    return this;
  }

  float(id: number, value: number): this {
    this.number(BigInt((id << 3) | 5));
    const out = new Uint8Array(4);
    new DataView(out.buffer).setFloat32(0, value, true);
    this.parts.push(out);
    return this;
  }

  bytes(id: number, value: Uint8Array): this {
    this.number(BigInt((id << 3) | 2));
    this.number(BigInt(value.length));
    this.parts.push(value);
    return this;
  }

  text(id: number, value: string): this {
    return this.bytes(id, new TextEncoder().encode(value));
  }

  message(id: number, value: MessageWriter): this {
    return this.bytes(id, value.finish());
  }

  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}
