import { spawn } from "node:child_process";
import { WEBKIT } from "./commands.mjs";

/** Waits for what a process prints or a server answers. */
async function until(found, what) {
  for (let i = 0; i < 200; i++) {
    const value = await found();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`webkit: ${what} did not start in 10 s`);
}

/** A port that is free now. */
async function freePort() {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A screen that only exists in memory; its name, and how to end it. */
async function screen() {
  const xvfb = spawn(WEBKIT.xvfb, ["-displayfd", "3", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  let number = "";
  xvfb.stdio[3].on("data", (data) => (number += data));
  await until(() => number.includes("\n"), "Xvfb");
  return { name: `:${number.trim()}`, close: () => xvfb.kill() };
}

/** WebKit by plain WebDriver, under Xvfb. Shared memory and relaxed SIMD stand behind its own flags. */
export async function webkit() {
  const display = await screen();
  const port = await freePort();
  const driver = spawn(WEBKIT.driver, [`--port=${port}`], {
    stdio: "ignore",
    env: {
      ...process.env,
      DISPLAY: display.name,
      JSC_useSharedArrayBuffer: "1",
      JSC_useWasmRelaxedSIMD: "1",
      // As root, or in a container, there are no namespaces for its sandbox.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    },
  });
  const ask = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`webkit: ${path}: ${value.message || value.error}`);
    return value;
  };
  const end = () => {
    driver.kill();
    display.close();
  };
  try {
    const up = () => ask("GET", "/status").catch(() => null);
    await until(up, "WebKitWebDriver");
    const options = { binary: WEBKIT.browser, args: ["--automation"] };
    const { sessionId, capabilities } = await ask("POST", "/session", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
    });
    const session = `/session/${sessionId}`;
    return {
      version: capabilities.browserVersion,
      open: async (url) => {
        await ask("POST", `${session}/url`, { url });
        return () => ask("POST", `${session}/url`, { url: "about:blank" });
      },
      close: async () => {
        await ask("DELETE", session).catch(() => {});
        end();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}
