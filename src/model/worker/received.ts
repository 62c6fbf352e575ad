import { allocate, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tensorOf } from "./parcel.ts";
import type { Announced, Piece } from "./protocol.ts";

/** The worker's side: tensors as they come. */
export class Received {
  private tensors: Tensor[] = [];

  announce(list: readonly Announced[]): void {
    this.tensors = list.map(({ shared, ...rest }) =>
      tensorOf({ ...rest, data: shared ?? allocate(rest.dtype, sizeOf(rest.shape)) }),
    );
  }

  piece({ tensor, at, bytes }: Piece): void {
    const { data } = this.tensors[tensor]!;
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes, at);
  }

  /** Hands the tensors out: they are kept no longer than they are needed. */
  take(): Tensor[] {
    return this.tensors.splice(0);
  }
}
