import { Tensor, type TensorLike, tensor } from "../../tensor/tensor.ts";
import { hostTensor } from "../../train/arrays.ts";
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

/** Refuses what no message can hold, in the words of a call here; all else the worker does. @throws DataError */
function checkCrosses(subject: string, what: string, data: unknown): void {
  if (data instanceof Tensor) return;
  if (["function", "symbol"].includes(typeof data)) hostTensor(subject, what, data as TensorLike);
  if (!Array.isArray(data) && !isRecord(data)) return;
  for (const part of Object.values(data)) checkCrosses(subject, what, part);
}

/** Arrays of a call, packed for a message; their tensors are sent ahead. @throws DataError for what is no data */
export class PackedData {
  readonly tensors: Tensor[] = [];
  private readonly subject: string;
  private readonly inputs: number;
  private readonly outputs: number;

  constructor(model: AnyModel, subject: string) {
    const { inputs, outputs } = model.built ? model.topology : { inputs: [0], outputs: [0] };
    this.subject = subject;
    [this.inputs, this.outputs] = [inputs.length, outputs.length];
  }

  private packed(what: string, data: unknown, parts: number): unknown {
    const found = tensorsOf(data, parts);
    checkCrosses(this.subject, what, found);
    return pack(found, this.tensors);
  }

  x(data: unknown): unknown {
    return this.packed("x", data, this.inputs);
  }

  y(data: unknown): unknown {
    return this.packed("y", data, this.outputs);
  }

  weight(data: unknown): unknown {
    return this.packed("sampleWeight", data, 1);
  }
}
