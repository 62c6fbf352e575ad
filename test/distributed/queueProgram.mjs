// A study whose trials are jobs of a queue, so many at a time, until it is ended.   node queueProgram.mjs URL QUEUE TRIALS
import { tune } from "thalweg";
import { trialQueue } from "thalweg/distributed";

const [redis, name, trials] = process.argv.slice(2);
const space = { rate: tune.float(0.001, 0.1, { log: true }) };
const heartbeat = { interval: 0.2, grace: 1 };
const queue = await trialQueue(name, { redis, heartbeat, timeout: 1 });
console.log("began");
const study = tune.createStudy({ sampler: tune.randomSampler(), seed: 3 });
await study
  .optimize(space, queue.objective(space), { trials: Number(trials), jobs: Number(trials) })
  .then(
    () => console.log("done"),
    (error) => console.log(`error: ${error.message}`),
  );
await queue.close();
