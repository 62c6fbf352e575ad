import * as thalweg from "thalweg";
import { run } from "./program.mjs";

run(thalweg, { reproducible: true }).then(
  (result) => console.log(JSON.stringify(result)),
  (error) => console.log(JSON.stringify({ error: String(error?.stack ?? error) })),
);
