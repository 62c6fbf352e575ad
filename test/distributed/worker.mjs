// A worker process: takes trials until it is ended.
//   node worker.mjs URL QUEUE '{ "pause": milliseconds after each batch, "objectives": 1, "jobs": 1 }'
import { trialWorker } from "thalweg/distributed";

const [redis, queue, given = "{}"] = process.argv.slice(2);
const { jobs = 1, ...data } = JSON.parse(given);
const worker = await trialWorker(queue, new URL("./objective.mjs", import.meta.url), {
  redis,
  jobs,
  lockDuration: 2000,
  data,
  onTrial: (number, how) => console.log(`trial ${number} ${how}`),
});
process.once("SIGTERM", async () => {
  await worker.close();
  process.exit(0);
});
console.log("ready");
