import { dispatch } from "./dispatch.gen";

/** The opcode's bits in a command's head. */
export const OPCODE: u32 = 0x3ff;

/** The one opcode that is no kernel: it ends the run where a number is not finite. */
export const GUARD: u32 = 1023;

/** Head flag: all threads share the command. */
export const SPLIT: u32 = 0x400;

/**
 * Runs the commands from `first` to `last`, one after the other, on one thread.
 *
 *     a command: | head: u32 | argument: u32 | argument: u32 | ...
 *     head:      | bytes: 16 | flags: 6 | opcode: 10 |
 *
 * An argument is an address, an i32, or the address of the scalar slot that holds an f32 or u32.
 * A guard's argument is the address of an f32.
 *
 * @param first    address of the first command
 * @param last     address behind the last command
 * @param scratch  address of the running thread's own area
 * @returns 1, or 0 where a guard stopped the run
 */
export function run(first: usize, last: usize, scratch: usize): i32 {
  let pc = first;
  while (pc < last) {
    const head = load<u32>(pc);
    const opcode = head & OPCODE;
    if (opcode == GUARD) {
      if (isStopped(pc)) return 0;
    } else {
      dispatch(opcode, pc, scratch, 0, 1);
    }
    pc += head >> 16;
  }
  return 1;
}

/** Whether the guard at `pc` has met a number that is not finite. */
export function isStopped(pc: usize): bool {
  const x = load<f32>(load<usize>(pc, 4));
  return x - x != 0;
}
