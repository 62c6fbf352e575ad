/** What runs a model in a worker. Few pages have one: they alone download what starts it. */
export function elsewhere(): Promise<typeof import("./worker/elsewhere.ts")> {
  return import("./worker/elsewhere.ts");
}
