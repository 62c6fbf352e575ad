// The worker of workerHooks.mjs.
import { serveTraining } from "../../dist/index.js";

serveTraining();
