import type { Variant } from "./variant.ts";

let compiled: Partial<Record<Variant, WebAssembly.Module>> = {};

/** Builds with every kernel that are there already: for runtimes that let nobody compile. Before the engine starts. */
export function provideModules(modules: Partial<Record<Variant, WebAssembly.Module>>): void {
  compiled = modules;
}

/** The build of a variant, where `provideModules` gave it. */
export function providedModule(variant: Variant): WebAssembly.Module | undefined {
  return compiled[variant];
}
