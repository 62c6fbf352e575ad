import { zipSync } from "fflate";
import { type TestRandom, mutate } from "../mutate.ts";

/** Whole numbers at which readers break: ends of ranges, and what looks like an address or a length. */
const WORDS = [
  0,
  1,
  -1,
  2,
  8,
  255,
  256,
  65535,
  65536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  1e9,
];

/** Values that no reader of JSON expects. */
const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  2 ** 31,
  "",
  "x".repeat(1000),
  "../../etc/passwd",
  "__proto__",
  "constructor",
  [],
  {},
  [[[[[[]]]]]],
  { class_name: "Lambda", config: {} },
];

/** One damage to a file's bytes: besides small changes, lengths, offsets, blocks. */
export function damage(bytes: Uint8Array, random: TestRandom): Uint8Array {
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  const within = (size: number): number => random.integer(Math.max(1, out.length - size + 1));
  const kind = random.integer(12);
  if (kind === 0) return out.subarray(0, random.integer(out.length + 1));
  if (kind === 1 && out.length >= 8) {
    // A length or an offset: four or eight bytes, often where headers are.
    const at = random.integer(2) === 0 ? Math.min(within(8), random.integer(512)) : within(8);
    const value =
      random.integer(3) === 0
        ? random.integer(out.length + 64)
        : WORDS[random.integer(WORDS.length)]!;
    if (random.integer(2) === 0) view.setUint32(at, value >>> 0, random.integer(4) > 0);
    else view.setBigInt64(at, BigInt(value), random.integer(4) > 0);
    return out;
  }
  if (kind === 2 && out.length >= 16) {
    // A word of another place: an offset that points elsewhere, or to itself.
    const from = within(8);
    out.copyWithin(within(8), from, from + 8);
    return out;
  }
  if (kind === 3) {
    const [from, size] = [within(1), 1 + random.integer(64)];
    out.copyWithin(within(1), from, from + size);
    return out;
  }
  if (kind === 4) {
    // A block twice.
    const [at, size] = [within(1), 1 + random.integer(256)];
    const block = out.subarray(at, at + size);
    const longer = new Uint8Array(out.length + block.length);
    longer.set(out.subarray(0, at));
    longer.set(block, at);
    longer.set(out.subarray(at), at + block.length);
    return longer;
  }
  if (kind === 5) return out.subarray(random.integer(Math.min(64, out.length)));
  if (kind === 6) {
    for (let n = 1 + random.integer(16); n > 0 && out.length > 0; n--)
      out[random.integer(out.length)]! ^= 1 << random.integer(8);
    return out;
  }
  if (out.length > 200_000) {
    // Headers are a small part of a large file.
    const head = mutate(out.subarray(0, 4096), random);
    const whole = new Uint8Array(head.length + out.length - 4096);
    whole.set(head);
    whole.set(out.subarray(4096), head.length);
    return whole;
  }
  return mutate(out, random);
}

/** Places of a JSON value: objects and lists with a key. */
function places(value: unknown, found: [Record<string, unknown>, string][] = []): typeof found {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Record<string, unknown>, key]);
    places((value as Record<string, unknown>)[key], found);
  }
  return found;
}

/** JSON that stays JSON: some of its values become others, go, or stand in the place of others. */
export function damageJson(bytes: Uint8Array, random: TestRandom): Uint8Array {
  if (random.integer(4) === 0) return damage(bytes, random);
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const all = places(value);
  for (let n = 1 + random.integer(3); n > 0; n--) {
    const [holder, key] = all[random.integer(all.length)]!;
    const [other, name] = all[random.integer(all.length)]!;
    const kind = random.integer(4);
    if (kind === 0) delete holder[key];
    else if (kind === 1) holder[key] = structuredClone(other[name]);
    else if (kind === 2 && typeof holder[key] === "string" && typeof other[name] === "string")
      [holder[key], other[name]] = [other[name], holder[key]];
    else holder[key] = ODD[random.integer(ODD.length)];
  }
  return new TextEncoder().encode(JSON.stringify(value));
}

/** A zip file whose checksums are right and one of whose files is damaged: what is inside is reached. */
export function damageWithin(
  files: ReadonlyMap<string, Uint8Array>,
  random: TestRandom,
): Uint8Array {
  const names = [...files.keys()];
  const name = names[random.integer(names.length)]!;
  const content = files.get(name)!;
  const changed = name.endsWith(".json") ? damageJson(content, random) : damage(content, random);
  const own: Record<string, Uint8Array> = Object.fromEntries(files);
  own[name] = changed;
  const kind = random.integer(30);
  if (kind === 0) own[`../${name}`] = changed;
  if (kind === 1) delete own[names[random.integer(names.length)]!];
  // Sometimes a bomb: a thousand times what the file has.
  if (kind === 2) own[name] = new Uint8Array(3_000_000);
  return zipSync(own, { level: random.integer(2) === 0 ? 0 : 9 });
}

/** A safetensors file whose header has the right length and another content. */
export function damageSafetensors(bytes: Uint8Array, random: TestRandom): Uint8Array {
  if (random.integer(3) === 0) return damage(bytes, random);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = 8 + view.getUint32(0, true);
  const header = damageJson(bytes.subarray(8, end), random);
  const out = new Uint8Array(8 + header.length + bytes.length - end);
  new DataView(out.buffer).setUint32(0, header.length, true);
  out.set(header, 8);
  out.set(bytes.subarray(end), 8 + header.length);
  return out;
}
