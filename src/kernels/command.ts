/** A byte address in the engine's linear memory, below 2^32. */
export type Address = number;

/** A cell of the scalar block, which the host or an earlier command writes. */
export interface Slot {
  readonly address: Address;
}

/** An f32 or u32 argument: a constant, or the slot that will hold the value when the command runs. */
export type Scalar = number | Slot;

/** What the kernels' methods write commands through. */
export interface CommandWriter {
  /** Appends one command. `splits` says whether threads may share it; the last argument is then its size. */
  write(opcode: number, splits: boolean, args: readonly number[]): void;
  /** Address of the slot that holds an f32. */
  float(value: Scalar): Address;
  /** Address of the slot that holds a u32. */
  uint(value: Scalar): Address;
  /** Called for a kernel that only the second build of a variant has. */
  extended?(): void;
}
