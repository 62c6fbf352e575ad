import { builtin } from "../runtime/platform.ts";
import type { Store } from "../runtime/stores/store.ts";
import type { Redis } from "./redis.ts";

/** Seconds after the last write in which Redis keeps what nobody has removed: the study that would have may be lost. */
const KEPT_SECONDS = 7 * 24 * 3600;

/** A store in a hash of Redis. */
export function redisStore(redis: Redis, key: string): Store {
  return {
    name: `redis "${key}"`,
    async read(name) {
      const bytes = await redis.hgetBuffer(key, name);
      return bytes && new Uint8Array(bytes);
    },
    async write(name, bytes) {
      await redis.hset(key, name, asBuffer(bytes));
      await redis.expire(key, KEPT_SECONDS);
    },
    list: async () => (await redis.hkeys(key)).sort(),
    async remove(name) {
      await redis.hdel(key, name);
    },
  };
}

/** ioredis takes any other view for text. */
function asBuffer(bytes: Uint8Array): Uint8Array {
  const { Buffer } = builtin<typeof import("node:buffer")>("node:buffer")!;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
