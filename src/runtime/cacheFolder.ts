import { hasFiles } from "./files.ts";
import { builtin, isEdgeWorker } from "./platform.ts";

/**
 * The user's folder for what can be fetched again: `THALWEG_CACHE`, or thalweg in the system's own
 * (`XDG_CACHE_HOME`, ~/.cache, ~/Library/Caches, %LOCALAPPDATA%); null where there are no files.
 */
export function cacheFolder(): string | null {
  const os = builtin<typeof import("node:os")>("node:os");
  const { env, platform } = builtin<typeof import("node:process")>("node:process") ?? {};
  // The files of an edge worker end with the request.
  if (!hasFiles() || isEdgeWorker() || !os?.homedir || !env) return null;
  if (env["THALWEG_CACHE"]) return env["THALWEG_CACHE"];
  const home = os.homedir();
  const system =
    platform === "win32"
      ? (env["LOCALAPPDATA"] ?? `${home}/AppData/Local`)
      : platform === "darwin"
        ? `${home}/Library/Caches`
        : env["XDG_CACHE_HOME"] || `${home}/.cache`;
  return `${system}/thalweg`;
}
