import { dispatch } from "./dispatch.gen";

/**
 * Runs the commands from `first` to `last`, one after the other.
 *
 *     a command: | head: u32 | argument: u32 | argument: u32 | ...
 *     head:      | bytes: 16 | flags: 6 | opcode: 10 |
 *
 * An argument is an address, an i32, or the address of the scalar slot that holds an f32 or u32.
 *
 * @param first    address of the first command
 * @param last     address behind the last command
 * @param scratch  address of the running thread's own area
 */
export function run(first: usize, last: usize, scratch: usize): void {
  let pc = first;
  while (pc < last) {
    const head = load<u32>(pc);
    dispatch(head & 0x3ff, pc, scratch, 0, 1);
    pc += head >> 16;
  }
}
