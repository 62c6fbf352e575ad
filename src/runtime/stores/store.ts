/** A place that keeps bytes under names. */
export interface Store {
  /** What it is, for messages. */
  readonly name: string;
  /** The bytes of a name; null where there are none. */
  read(name: string): Promise<Uint8Array | null>;
  /** Keeps bytes: all of them or, where it is interrupted, what was there before. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Names that have bytes, sorted. */
  list(): Promise<string[]>;
  /** Forgets a name; one that is not there is none to forget. */
  remove(name: string): Promise<void>;
  /** Moves bytes to another name without copying them, where a place can; false where there are none. */
  rename?(from: string, to: string): Promise<boolean>;
}
