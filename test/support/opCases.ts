import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { OpCase } from "./opCase.ts";

const folder = fileURLToPath(new URL("../ops", import.meta.url));

/** The cases of every test/ops/*.case.ts. */
export const OP_CASES: readonly OpCase[] = (
  await Promise.all(
    readdirSync(folder)
      .filter((file) => file.endsWith(".case.ts"))
      .sort()
      .map(
        async (file) =>
          ((await import(/* @vite-ignore */ `${folder}/${file}`)) as { cases: readonly OpCase[] })
            .cases,
      ),
  )
).flat();
