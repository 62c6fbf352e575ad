// Works on the study in a journal, in two threads, until so many trials are complete: journalProgram.mjs FILE|URL COUNT
import { tune } from "thalweg";
import { redisStorage } from "thalweg/distributed";

const [path, count] = process.argv.slice(2);
const study = tune.createStudy({
  storage: path.startsWith("redis:") ? await redisStorage(path) : tune.journalStorage(path),
  sampler: tune.randomSampler(),
  seed: 1,
});
const complete = () => study.trials.filter((t) => t.state === "complete").length;
while (complete() < Number(count)) {
  await study.optimize(
    { x: tune.float(0, 1) },
    new URL("./journalObjective.mjs", import.meta.url),
    {
      trials: Number(count) - complete(),
      jobs: 2,
      heartbeat: { interval: 0.1, grace: 1 },
      onTrial: () => console.log("ended"),
    },
  );
}
