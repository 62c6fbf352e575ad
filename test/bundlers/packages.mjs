import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./project.mjs";
import { listen } from "./server.mjs";

/** A package registry on this machine that has the packed package, and sends on for what that depends on. */
export async function registryWith(tarball) {
  const pkg = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const bytes = readFileSync(tarball);
  const upstream = run(root, "npm", "config", "get", "registry").trim().replace(/\/$/, "");
  const server = await listen((request, response) => {
    const { origin } = server;
    if (request.url === `/${pkg.name}.tgz`) return response.end(bytes);
    if (request.url !== `/${pkg.name}`)
      return response.writeHead(302, { location: upstream + request.url }).end();
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const version = { ...pkg, dist: { tarball: `${origin}/${pkg.name}.tgz`, integrity } };
    const document = {
      name: pkg.name,
      "dist-tags": { latest: pkg.version },
      versions: { [pkg.version]: version },
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
  });
  return server;
}
