// A worker process: takes trials until it is ended.
//   node worker.mjs URL QUEUE [milliseconds to wait after each batch] [objectives]
import { trialWorker } from "thalweg/distributed";

const [redis, queue, pause = "0", objectives = "1"] = process.argv.slice(2);
const worker = await trialWorker(queue, new URL("./objective.mjs", import.meta.url), {
  redis,
  lockDuration: 2000,
  data: { pause: Number(pause), objectives: Number(objectives) },
  onTrial: (number, how) => console.log(`trial ${number} ${how}`),
});
process.once("SIGTERM", async () => {
  await worker.close();
  process.exit(0);
});
console.log("ready");
