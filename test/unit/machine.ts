import { existsSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { KERNEL_NAMES } from "../../src/kernels/kernels.ts";

/** A kernel argument: an address or i32 as a plain number, or a scalar that goes through a slot. */
export type Argument = number | { readonly f32: number } | { readonly u32: number };

/** One bare instance of a build, for tests of single kernels: no engine, no plan. */
export interface Machine {
  readonly memory: WebAssembly.Memory;
  /** Reserves bytes, 64-byte aligned, with 64 spare bytes behind. */
  alloc(bytes: number): number;
  /** Copies floats in; returns their address. */
  floats(values: ArrayLike<number>): number;
  /** Copies `count` floats out. */
  read(address: number, count: number): Float32Array;
  /** Runs one kernel by name; `size` is left out for kernels that are not split. */
  call(kernel: string, args: readonly Argument[], size?: number): void;
  /** Forgets all allocations. */
  reset(): void;
}

// Node 20 has relaxed SIMD behind a flag, which newer versions no longer know (they ignore it).
setFlagsFromString("--experimental-wasm-relaxed-simd");

/** True where `node scripts/wasm.mjs <variant>` has been run and this engine takes the result. */
export function hasBuild(variant: string): boolean {
  const file = new URL(`../../build/${variant}.wasm`, import.meta.url);
  return existsSync(file) && WebAssembly.validate(readFileSync(file));
}

export function machine(variant: string = "simd"): Machine {
  const bytes = readFileSync(new URL(`../../build/${variant}.wasm`, import.meta.url));
  const memory = new WebAssembly.Memory({ initial: 512 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const run = instance.exports["run"] as (first: number, last: number, scratch: number) => void;
  const heapBase = instance.exports["heapBase"] as () => number;
  const base = (heapBase() + 1087) & ~63;
  const command = base - 1024;
  let top = base;
  const self: Machine = {
    memory,
    alloc(size) {
      const address = top;
      top = (top + size + 127) & ~63;
      const missing = top - memory.buffer.byteLength;
      if (missing > 0) memory.grow((missing + 65535) >> 16);
      return address;
    },
    floats(values) {
      const address = self.alloc(values.length * 4);
      new Float32Array(memory.buffer, address, values.length).set(values);
      return address;
    },
    read: (address, count) => new Float32Array(memory.buffer, address, count).slice(),
    call(kernel, args, size) {
      const opcode = KERNEL_NAMES.indexOf(kernel);
      if (opcode < 0) throw new RangeError(`no kernel named "${kernel}"`);
      const view = new DataView(memory.buffer);
      const words = [...args, ...(size === undefined ? [] : [size])];
      view.setUint32(command, ((words.length * 4 + 4) << 16) | opcode, true);
      words.forEach((word, i) => {
        const slot = command + 512 + i * 4;
        if (typeof word === "object") {
          if ("f32" in word) view.setFloat32(slot, word.f32, true);
          else view.setUint32(slot, word.u32, true);
        }
        view.setUint32(command + 4 + i * 4, typeof word === "object" ? slot : word, true);
      });
      run(command, command + words.length * 4 + 4, 0);
    },
    reset() {
      top = base;
    },
  };
  return self;
}
