import { backupAndRestore, init } from "../../src/index.ts";
import { outcome } from "./resumable.ts";

/** Epochs of the training that is killed: long enough to be hit in its middle. */
export const EPOCHS = 12;

/** Trains with a backup in a folder after every few batches. */
export function trained(folder: string): Promise<string> {
  return outcome(EPOCHS, [backupAndRestore(folder, { saveFreq: 2 })]);
}

/** What the process that is killed does: it says when it begins, and its hash where it comes to the end. */
export async function main(folder: string): Promise<void> {
  await init();
  console.log("begins");
  console.log(await trained(folder));
}
