/** More than one machine, on existing engines: `import { mpiGroup } from "thalweg/distributed"`. */
export { type MpiGroup, type MpiGroupOptions, mpiGroup } from "./mpiGroup.ts";
export type { Group } from "../train/group.ts";
