import { DataError } from "../errors.ts";

/** What a foreign function takes: a whole number of 32 bits, one as wide as a pointer, or memory. */
export type ForeignType = "int" | "word" | "memory";

/** A function of a C library that returns an int. */
export type ForeignFunction = (
  ...args: readonly (number | bigint | ArrayBufferView | null)[]
) => number;

/** Functions of a C library, by name. */
export type ForeignLibrary<Names extends string> = Readonly<Record<Names, ForeignFunction>>;

type Signatures<Names extends string> = Readonly<Record<Names, readonly ForeignType[]>>;

interface DenoFfi {
  dlopen(
    path: string,
    symbols: Record<string, { parameters: string[]; result: string }>,
  ): { symbols: Record<string, ForeignFunction> };
}

interface BunFfi {
  dlopen(
    path: string,
    symbols: Record<string, { args: string[]; returns: string }>,
  ): { symbols: Record<string, ForeignFunction> };
}

interface Koffi {
  load(path: string): { func(name: string, result: string, args: string[]): ForeignFunction };
}

const DENO = { int: "i32", word: "isize", memory: "buffer" };
const BUN = { int: "i32", word: "i64", memory: "ptr" };
const KOFFI = { int: "int", word: "intptr_t", memory: "void *" };

/** The same for each signature. */
function mapped<Names extends string, T>(
  signatures: Signatures<Names>,
  one: (name: Names, types: readonly ForeignType[]) => T,
): Record<Names, T> {
  const entries = Object.entries(signatures) as [Names, readonly ForeignType[]][];
  return Object.fromEntries(entries.map(([name, types]) => [name, one(name, types)])) as Record<
    Names,
    T
  >;
}

/**
 * Opens a C library: by Deno's and Bun's own means, in Node by the package koffi.
 *
 * @param paths  candidates, tried in order
 * @throws DataError where none can be opened, with what each said
 */
export async function openLibrary<Names extends string>(
  subject: string,
  paths: readonly string[],
  signatures: Signatures<Names>,
): Promise<ForeignLibrary<Names>> {
  const open = await opener(subject, signatures);
  const faults: string[] = [];
  for (const path of paths) {
    try {
      return open(path);
    } catch (error) {
      faults.push(`${path}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  throw new DataError(
    `${subject}: the library must be installed where the system finds it; tried ${faults.join("; ")}`,
  );
}

async function opener<Names extends string>(
  subject: string,
  signatures: Signatures<Names>,
): Promise<(path: string) => ForeignLibrary<Names>> {
  const g = globalThis as { Deno?: DenoFfi; Bun?: object };
  if (g.Deno) {
    const { Deno } = g;
    const symbols = mapped(signatures, (_, types) => ({
      parameters: types.map((t) => DENO[t]),
      result: "i32",
    }));
    return (path) => Deno.dlopen(path, symbols).symbols as ForeignLibrary<Names>;
  }
  if (g.Bun) {
    const module = "bun:ffi";
    const { dlopen } = (await import(/* @vite-ignore */ module)) as BunFfi;
    const symbols = mapped(signatures, (_, types) => ({
      args: types.map((t) => BUN[t]),
      returns: "i32",
    }));
    return (path) => dlopen(path, symbols).symbols as ForeignLibrary<Names>;
  }
  const koffi = await koffiModule(subject);
  return (path) => {
    const library = koffi.load(path);
    return mapped(signatures, (name, types) =>
      library.func(
        name,
        "int",
        types.map((t) => KOFFI[t]),
      ),
    );
  };
}

async function koffiModule(subject: string): Promise<Koffi> {
  const module = "koffi";
  try {
    return ((await import(/* @vite-ignore */ module)) as { default: Koffi }).default;
  } catch {
    throw new DataError(
      `${subject}: Node calls C libraries through the package koffi; npm install koffi`,
    );
  }
}
