import { pid } from "node:process";

// Half a second of reports: time enough to be killed in.
export const objective = async ({ x }, trial) => {
  trial.note("process", pid);
  for (let step = 0; step < 10; step++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    trial.report(x + step, step);
  }
  return x;
};
