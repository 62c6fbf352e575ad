import { DataError } from "../../errors.ts";
import type { DType, Elements, Shape } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** A tensor on its way: classes do not survive a message. */
interface SentTensor {
  readonly tensorElements: Elements;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The elements in memory that threads share; as they are where they lie there already. */
function sharedElements(subject: string, elements: Elements): Elements {
  if (typeof SharedArrayBuffer === "undefined") {
    throw new DataError(
      `${subject}: threads need SharedArrayBuffer, which this page lacks; serve it cross-origin isolated, or give the objective as a function`,
    );
  }
  if (elements.buffer instanceof SharedArrayBuffer) return elements;
  const copy = new (elements.constructor as new (buffer: SharedArrayBuffer) => Elements)(
    new SharedArrayBuffer(elements.byteLength),
  );
  copy.set(elements);
  return copy;
}

/**
 * The same data, tensors, typed arrays and plain values that hold them, with every tensor and typed array in shared memory: one copy, whatever the number of threads.
 *
 * @throws DataError where there is no shared memory
 */
export function shared(subject: string, data: unknown): unknown {
  if (data instanceof Tensor) {
    const { shape, dtype } = data;
    return {
      tensorElements: sharedElements(subject, data.data),
      shape,
      dtype,
    } satisfies SentTensor;
  }
  if (ArrayBuffer.isView(data)) return sharedElements(subject, data as Elements);
  if (Array.isArray(data)) return data.map((item) => shared(subject, item));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, item]) => [name, shared(subject, item)]),
  );
}

/** The data of `shared`, on the other side. */
export function received(sent: unknown): unknown {
  if (typeof sent !== "object" || sent === null || ArrayBuffer.isView(sent)) return sent;
  if (Array.isArray(sent)) return sent.map(received);
  if ("tensorElements" in sent) {
    const { tensorElements, shape, dtype } = sent as SentTensor;
    return new Tensor(tensorElements, shape, dtype);
  }
  return Object.fromEntries(Object.entries(sent).map(([name, item]) => [name, received(item)]));
}
