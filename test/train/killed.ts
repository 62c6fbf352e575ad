import { type Callback, backupAndRestore } from "../../src/index.ts";
import { outcome } from "./outcome.ts";

/** Epochs of the training that is killed: long enough to be hit in its middle. */
export const EPOCHS = 12;

/** Trains with a backup in a folder after every few batches. */
export function trained(folder: string, more: readonly Callback[] = []): Promise<string> {
  return outcome(EPOCHS, [...more, backupAndRestore(folder, { saveFreq: 2 })]);
}

/** Batches of an epoch: 184 rows in batches of 16. */
export const BATCHES = 12;

/** What the process that is killed does: a dot after each batch, and its hash where it comes to the end. */
export async function main(folder: string): Promise<void> {
  const dots: Callback = { onBatchEnd: () => void process.stdout.write(".") };
  process.stdout.write(await trained(folder, [dots]));
}
