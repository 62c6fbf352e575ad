// The files of this folder are not run: `tsc` checks them, in `npm run ok -- types`. A line below
// `@ts-expect-error` has to be an error, and an Expect has to hold. agree.test.ts is run as well, and holds
// the types against the shapes that come out.

/** Whether two types are the same, modifiers included; not only assignable to each other. */
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles for `true` alone. */
export type Expect<T extends true> = T;
