import { join } from "node:path";
import { redisStorage } from "../../distributed/redisStorage.ts";
import { journalStorage } from "../../tune/storage/journal.ts";
import type { Storage } from "../../tune/storage/storage.ts";
import type { Given } from "../options.ts";
import type { TuningData } from "./data.ts";
import { queueName } from "./queue.ts";

/**
 * Where the trials are kept: a file, or Redis, where tables that are tuned lie side by side, under the prefix `journal:<queue>`.
 *
 * @throws DataError, OptionError
 */
export async function journalFor(given: Given, data: TuningData, folder: string): Promise<Storage> {
  const place = given.journal ?? join(folder, "journal.log");
  return /^rediss?:/.test(place)
    ? redisStorage(place, { prefix: `journal:${queueName(given, data)}` })
    : journalStorage(place);
}
