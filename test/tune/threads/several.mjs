// An objective of two values, with a parameter that only some trials have.
export const objective = async ({ x, kind }, trial, { scale }) => {
  const y = kind === "b" ? trial.suggestInt("y", 0, 20) : 0;
  if (trial.number === 5) return [1, NaN];
  return [scale * x + y / 20, 1 - x + y];
};
