/** More than one process and machine, on existing engines: `import { mpiGroup } from "thalweg/distributed"`. */
export { type MpiGroup, type MpiGroupOptions, mpiGroup } from "./mpiGroup.ts";
export type { Group } from "../train/group.ts";
export { type RedisStorage, type RedisStorageOptions, redisStorage } from "./redisStorage.ts";
export { TrialQueue, type TrialQueueOptions, trialQueue } from "./trialQueue.ts";
export {
  type TrialEvent,
  TrialWorker,
  type TrialWorkerOptions,
  trialWorker,
} from "./trialWorker.ts";
