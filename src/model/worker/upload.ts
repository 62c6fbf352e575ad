import type { Peer } from "../../runtime/peer.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { parcelOf } from "./parcel.ts";
import type { Announced, Piece } from "./protocol.ts";

/** Most bytes in one message of data: posting copies them, and the page must not stand still for long. */
const CHUNK = 2 ** 22;

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
