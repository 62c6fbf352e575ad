// An objective that fails in every way that there is, one a trial.
import { tune } from "thalweg";

export const objective = async (trial, { crash }) => {
  switch (trial.number) {
    case 0:
      throw new tune.TrialPruned();
    case 1:
      throw new RangeError("no such thing");
    case 2:
      return NaN;
    case 3:
      return crash ? process.exit(3) : 3;
    case 4:
      return trial.suggestFloat("x", 0, 1);
    default:
      return trial.suggestCategorical("x", ["another", "kind"]) === "another" ? 1 : 0;
  }
};
