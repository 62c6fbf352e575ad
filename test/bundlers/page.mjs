// What a page of a sample does: it prints what `train` tells, or why it failed.
import { train } from "./training.mjs";

train(2).then(
  (told) => console.log(JSON.stringify(told)),
  (error) => console.log(JSON.stringify({ error: String(error?.stack ?? error) })),
);
