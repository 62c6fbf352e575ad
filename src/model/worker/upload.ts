import type { Peer } from "../../runtime/peer.ts";
import { allocate, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Parcel, parcelOf, tensorOf } from "./parcel.ts";
import { CHUNK } from "./protocol.ts";

/** A tensor that comes in pieces: all but its elements; or with them where both sides share their memory. */
type Announced = Omit<Parcel, "data"> & { readonly shared: Parcel["data"] | null };

/** A piece of a tensor's bytes. */
interface Piece {
  readonly tensor: number;
  /** Offset in bytes. */
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function isShared({ data }: Tensor): boolean {
  return typeof SharedArrayBuffer !== "undefined" && data.buffer instanceof SharedArrayBuffer;
}

/** Sends tensors to the worker, a piece at a time: one message of all would block the page while it is copied. */
export async function sendTensors(
  peer: Peer,
  tensors: readonly Tensor[],
  signal: AbortSignal | null,
): Promise<void> {
  const announced = tensors.map((t): Announced => {
    const { data, ...rest } = parcelOf(t);
    return { ...rest, shared: isShared(t) ? data : null };
  });
  await peer.call("announce", announced);
  for (const [tensor, t] of tensors.entries()) {
    if (isShared(t)) continue;
    const all = new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength);
    for (let at = 0; at < all.length; at += CHUNK) {
      signal?.throwIfAborted();
      const bytes = new Uint8Array(all.subarray(at, at + CHUNK));
      await peer.call("piece", { tensor, at, bytes } satisfies Piece, [bytes.buffer]);
    }
  }
}

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
