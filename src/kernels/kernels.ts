import type { CommandWriter, Scalar } from "./command.ts";
import { type Kernels, SHARED, TABLE } from "./table.gen.ts";

export type { Kernels } from "./table.gen.ts";

const WORDS = TABLE.split(" ").map((word) => word.split(":"));

/** Kernel names by opcode. */
export const KERNEL_NAMES: readonly string[] = WORDS.map(([name]) => name!.replace("+", ""));

/** The kernels as functions that append their command. */
export function kernelsOf(commands: CommandWriter): Kernels {
  const kernels: Record<string, (...args: Scalar[]) => void> = {};
  WORDS.forEach(([name, kinds = ""], opcode) => {
    kernels[KERNEL_NAMES[opcode]!] = (...args) => {
      if (name!.startsWith("+")) commands.extended?.();
      const words = args.map((value, i) => {
        if (kinds[i] === "f") return commands.float(value);
        return kinds[i] === "u" ? commands.uint(value) : (value as number);
      });
      commands.write(opcode, opcode < SHARED, words);
    };
  });
  return kernels as object as Kernels;
}
