import { dispatch } from "./dispatch.gen";

/** The one opcode that is no kernel: it ends the run where a number is not finite. */
const GUARD: u32 = 1023;

/**
 * Runs the commands from `first` to `last`, one after the other.
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
    const opcode = head & 0x3ff;
    if (opcode == GUARD) {
      const x = load<f32>(load<usize>(pc, 4));
      if (x - x != 0) return 0;
    } else {
      dispatch(opcode, pc, scratch, 0, 1);
    }
    pc += head >> 16;
  }
  return 1;
}
