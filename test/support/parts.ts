import type { Engine } from "../../src/kernels/engine.ts";
import { KERNEL_NAMES, type Kernels, kernelsOf } from "../../src/kernels/kernels.ts";

/** By opcode: whether threads may share the command. The generated table says so with each command. */
const SPLITS: readonly boolean[] = (() => {
  const splits: boolean[] = [];
  const kernels = kernelsOf({
    write: (opcode, shared) => void (splits[opcode] = shared),
    float: () => 0,
    uint: () => 0,
  });
  for (const name of KERNEL_NAMES)
    (kernels[name as keyof Kernels] as (...args: number[]) => void)(0);
  return splits;
})();

/**
 * While `body` runs, the engine splits every command that threads may share into `parts`, one after the
 * other; `backwards` runs the last part first. Any order must do: threads keep none.
 */
export function inParts<T>(engine: Engine, parts: number, backwards: boolean, body: () => T): T {
  const { dispatch } = engine.exports;
  engine.run = (first, last, scratch) => {
    for (let pc = first; pc < last;) {
      const head = engine.i32[pc >>> 2]! >>> 0;
      const opcode = head & 0x3ff;
      const shares = SPLITS[opcode] ? parts : 1;
      for (let i = 0; i < shares; i++)
        dispatch(opcode, pc, scratch, backwards ? shares - 1 - i : i, shares);
      pc += head >>> 16;
    }
    return true;
  };
  try {
    return body();
  } finally {
    Reflect.deleteProperty(engine, "run");
  }
}
