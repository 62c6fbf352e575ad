import { nodeResolve } from "@rollup/plugin-node-resolve";

export default {
  input: { main: "main.mjs" },
  output: { dir: "out", format: "es" },
  plugins: [nodeResolve({ browser: true })],
};
