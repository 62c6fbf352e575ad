import { DataError } from "../errors.ts";
import type { Address } from "../kernels/command.ts";
import type { Engine } from "../kernels/engine.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import { type DType, bytesOf, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Samples } from "./data.ts";

/** Rows of one tensor in the data region, in their own dtype. */
export interface ResidentColumn {
  readonly address: Address;
  readonly dtype: DType;
  /** Elements in a row. */
  readonly width: number;
  readonly rows: number;
}

/** Data in linear memory while it is trained on; `free` gives the regions back. */
export class ResidentData {
  readonly engine: Engine;
  private readonly regions: Address[] = [];
  private readonly orders = new Map<number, Address>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Copies a tensor in; its first axis counts rows. */
  add(tensor: Tensor): ResidentColumn {
    const rows = tensor.shape[0];
    if (rows === undefined) throw new DataError("fit: data must have a batch axis, got a scalar");
    const column = this.reserve(tensor.dtype, sizeOf(tensor.shape.slice(1)), rows);
    this.write(column, tensor);
    return column;
  }

  /** A place for rows that are written later. */
  reserve(dtype: DType, width: number, rows: number): ResidentColumn {
    const address = regionsOf(this.engine).allocate(bytesOf(dtype) * width * rows);
    this.regions.push(address);
    return { address, dtype, width, rows };
  }

  /** Copies a tensor's rows, at most as many as the column has, to its beginning. */
  write({ address }: ResidentColumn, { data }: Tensor): void {
    // Without a view of its bytes: making one costs more than copying a small sample.
    if (data instanceof Float32Array) this.engine.f32.set(data, address >>> 2);
    else this.engine.u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address);
  }

  /** Bytes of samples in the data region, with the order in which they are visited. */
  static bytes(parts: readonly (Samples | null)[]): number {
    let bytes = 0;
    for (const part of parts) {
      if (!part) continue;
      for (const t of [...part.x, ...part.y, part.weight])
        if (t) bytes += padded(t.size * bytesOf(t.dtype));
      bytes += padded(4 * part.rows);
    }
    return bytes;
  }

  /** Writes the order in which rows are visited; returns its address. */
  setOrder(order: Int32Array): Address {
    let address = this.orders.get(order.length);
    if (address === undefined) {
      address = regionsOf(this.engine).allocate(4 * order.length);
      this.regions.push(address);
      this.orders.set(order.length, address);
    }
    this.engine.i32.set(order, address >>> 2);
    return address;
  }

  free(): void {
    for (const address of this.regions) regionsOf(this.engine).free(address);
    this.regions.length = 0;
    this.orders.clear();
  }
}
