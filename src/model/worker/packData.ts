import { Tensor, type TensorLike, tensor } from "../../tensor/tensor.ts";
import type { AnyModel } from "../model.ts";
import { isRecord } from "../objective.ts";
import { pack } from "./parcel.ts";

/** A tensor of an array; what cannot be one the worker shall refuse, as it is refused here. */
function asTensor(data: unknown): unknown {
  try {
    return tensor(data as TensorLike);
  } catch {
    return data;
  }
}

/** Data with its arrays as tensors: what a message would lose the kind of. */
function tensorsOf(data: unknown, parts: number): unknown {
  if (data instanceof Tensor || ArrayBuffer.isView(data)) return asTensor(data);
  if (isRecord(data)) {
    const entries = Object.entries(data).map(([name, part]) => [name, tensorsOf(part, 1)]);
    return Object.fromEntries(entries);
  }
  if (!Array.isArray(data)) return data;
  const many = parts > 1 || data.some((part) => part instanceof Tensor || ArrayBuffer.isView(part));
  return many ? data.map((part) => tensorsOf(part, 1)) : asTensor(data);
}

/** Arrays of a call, packed for a message; their tensors are sent ahead. */
export class PackedData {
  readonly tensors: Tensor[] = [];
  private readonly inputs: number;
  private readonly outputs: number;

  constructor(model: AnyModel) {
    const { inputs, outputs } = model.built ? model.topology : { inputs: [0], outputs: [0] };
    [this.inputs, this.outputs] = [inputs.length, outputs.length];
  }

  x(data: unknown): unknown {
    return pack(tensorsOf(data, this.inputs), this.tensors);
  }

  y(data: unknown): unknown {
    return pack(tensorsOf(data, this.outputs), this.tensors);
  }

  weight(data: unknown): unknown {
    return pack(tensorsOf(data, 1), this.tensors);
  }
}
