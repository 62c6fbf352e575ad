// The script of the library's own training worker. scripts/trainingWorker.mjs bundles it.
import { serve } from "./serve.ts";

serve({});
