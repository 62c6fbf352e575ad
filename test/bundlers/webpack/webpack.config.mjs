export default {
  mode: "production",
  entry: { main: "./main.mjs" },
  output: { path: `${import.meta.dirname}/out`, publicPath: "auto" },
  performance: { hints: false },
};
