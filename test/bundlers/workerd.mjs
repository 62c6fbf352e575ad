// A Worker of Cloudflare's runtime that trains when it is asked.
import { train } from "./training.mjs";

export default { fetch: async () => Response.json(await train(2)) };
