import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { here, install, run } from "./project.mjs";
import { listen } from "./server.mjs";

/** Builds the sample of Next and starts its server: a page that trains, and `api/train`. */
export async function startNext(tarball) {
  const folder = install("next", tarball);
  cpSync(join(here, "training.mjs"), join(folder, "app/training.mjs"));
  run(folder, join(folder, "node_modules/.bin/next"), "build");
  const probe = await listen(() => {});
  const { port } = new URL(probe.origin);
  probe.close();
  const program = join(folder, "node_modules/next/dist/bin/next");
  const child = spawn(process.execPath, [program, "start", "--port", port], {
    cwd: folder,
    stdio: "ignore",
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  const origin = `http://localhost:${port}`;
  for (let i = 0; i < 150; i++) {
    const isUp = await fetch(origin).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return { origin, scripts: null, close: () => child.kill() };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  child.kill();
  throw new Error("next start: no answer in 30 s");
}
