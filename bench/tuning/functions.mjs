// The functions of test/support/testFunctions.ts, which the golden run checks.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("../../test/support/testFunctions.ts", import.meta.url))],
  format: "esm",
  write: false,
});
const { testFunctions } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);
export const functionsByName = testFunctions;
