/** Something that holds regions of linear memory. */
export interface Reclaimable {
  /** Gives the regions back; a second call does nothing. */
  free(): void;
}

const registry: FinalizationRegistry<Reclaimable> | null =
  typeof FinalizationRegistry === "undefined"
    ? null
    : new FinalizationRegistry((held) => held.free());

/**
 * Frees `held` once `owner` has been collected. `held` must not refer to `owner`, not even through a
 * closure, or it never is.
 */
export function reclaimWith(owner: object, held: Reclaimable): void {
  registry?.register(owner, held, held);
}

/** Forgets what `reclaimWith` was told: the owner frees it by itself. */
export function forget(held: Reclaimable): void {
  registry?.unregister(held);
}
