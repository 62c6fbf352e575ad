import type { DType, Elements, Shape } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** A tensor as a message holds it. */
export interface Parcel {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: Elements;
}

/** What stands for a tensor in a packed value: where it is in the list of tensors. */
interface Mark {
  readonly tensorAt: number;
}

function isMark(value: object): value is Mark {
  return typeof (value as Partial<Mark>).tensorAt === "number";
}

/** A value with its tensors taken out: they are appended to `tensors`. Messages lose the class of a tensor. */
export function pack(value: unknown, tensors: Tensor[]): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (value instanceof Tensor) return { tensorAt: tensors.push(value) - 1 } satisfies Mark;
  if (Array.isArray(value)) return value.map((part) => pack(part, tensors));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, pack(part, tensors)]));
}

/** The value that was packed. */
export function unpack(value: unknown, tensors: readonly Tensor[]): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((part) => unpack(part, tensors));
  if (isMark(value)) return tensors[value.tensorAt]!;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, unpack(part, tensors)]),
  );
}

/** A tensor for a message. */
export function parcelOf({ data, shape, dtype }: Tensor): Parcel {
  return { data, shape: [...shape], dtype };
}

/** The tensor of a message. */
export function tensorOf({ data, shape, dtype }: Parcel): Tensor {
  return new Tensor(data, shape, dtype);
}
