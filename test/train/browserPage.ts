import {
  type Callback,
  type Store,
  backupAndRestore,
  indexedDBStore,
  init,
  opfsStore,
} from "../../src/index.ts";
import { download } from "../../src/io/download.ts";
import { cacheStorageStore } from "../../src/runtime/stores/cacheStorageStore.ts";
import { makeModel, samples } from "./resumable.ts";

/** Interrupts a training, resumes it from a store of the browser, and compares it with an uninterrupted one. */
async function tried(store: Store): Promise<object> {
  const train = async (callbacks: Callback[]): Promise<string> => {
    const model = makeModel();
    const { history } = await model.fit(...samples, { epochs: 3, seed: 1, callbacks });
    return JSON.stringify([history, model.getWeights().map((t) => [...t.data])]);
  };
  const whole = await train([]);
  let seen = 0;
  const crash: Callback = {
    onBatchEnd: () => {
      if (++seen === 10) throw new Error("crash");
    },
  };
  const backup = { saveFreq: 2 };
  const ended = await train([crash, backupAndRestore(store, backup)]).catch(String);
  const kept = await store.list();
  const good = (await store.read("checkpoint"))!;
  await store.write("checkpoint", good.slice(0, good.length - 9));
  const same = (await train([backupAndRestore(store, backup)])) === whole;
  return { ended, kept, same, left: await store.list(), missing: await store.read("nothing") };
}

/** Fetches a file of this page twice, through this browser's own place for downloads or another one. */
async function fetchedTwice(cache: Store | true): Promise<boolean[]> {
  const cached: boolean[] = [];
  const sizes: number[] = [];
  for (let i = 0; i < 2; i++) {
    let last = false;
    const bytes = await download("page.js", { cache, onProgress: (p) => void (last = p.cached) });
    cached.push(last);
    sizes.push(bytes.length);
  }
  return sizes[0]! > 1000 && sizes[0] === sizes[1] ? cached : [];
}

await init();
console.log(
  JSON.stringify({
    opfs: await tried(opfsStore()),
    indexedDB: await tried(indexedDBStore()),
    cacheStorage: await tried(cacheStorageStore()),
    downloads: [await fetchedTwice(true), await fetchedTwice(opfsStore("downloads"))],
    own: (await cacheStorageStore().list()).map((name) => name.replaceAll(/[0-9a-f]{16,}/g, "#")),
  }),
);
