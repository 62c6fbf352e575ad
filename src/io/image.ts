import { DataError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { subjectOf } from "./subject.ts";

/** Pixels of an image: rows of pixels, a byte for each of `channels`. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Most megapixels of one image; a few bytes of a file can claim more. */
const MEGAPIXELS = 100;

/** What is kept of a pixel. */
export type ColorMode = "rgb" | "rgba" | "grayscale";

export const CHANNELS: Readonly<Record<ColorMode, number>> = { grayscale: 1, rgb: 3, rgba: 4 };

function isPng(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

async function decodePng(bytes: Uint8Array): Promise<Pixels> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The header: width and height at 16 and 20, depth at 24, interlacing at 28.
  if (bytes.length < 29) throw new RangeError("it is truncated");
  if (view.getUint32(16) * view.getUint32(20) > MEGAPIXELS * 1e6)
    throw new RangeError(`it claims more than ${MEGAPIXELS} megapixels`);
  if (bytes[24]! < 8 && bytes[28] !== 0)
    throw new RangeError(`it is interlaced with ${bytes[24]} bits; save it without interlacing`);
  const { decode, convertIndexedToRgb } = await import("fast-png");
  const png = decode(bytes);
  const { width, height, depth } = png;
  if (png.palette) {
    const channels = png.palette[0]?.length ?? 3;
    return { width, height, channels, data: convertIndexedToRgb(png) };
  }
  const { channels } = png;
  if (depth === 8) return { width, height, channels, data: png.data as Uint8Array };
  if (depth === 16) {
    // Of 16 bits the upper 8 are kept.
    return { width, height, channels, data: Uint8Array.from(png.data, (v) => v >> 8) };
  }
  return { width, height, channels, data: unpackBits(png.data, width, height, depth) };
}

/** Grey values of 1, 2 or 4 bits as bytes; every row begins with a byte. */
function unpackBits(
  packed: ArrayLike<number>,
  width: number,
  height: number,
  depth: number,
): Uint8Array {
  const out = new Uint8Array(width * height);
  const stride = Math.ceil((width * depth) / 8);
  const most = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = packed[y * stride + (bit >> 3)]!;
      out[y * width + x] = (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
    }
  }
  return out;
}

async function decodeJpeg(bytes: Uint8Array): Promise<Pixels> {
  const { default: jpeg } = await import("jpeg-js");
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: MEGAPIXELS,
    maxMemoryUsageInMB: 2048,
  });
  return { width, height, channels: 3, data };
}

/** Rec. 601 luma in integers, as in PIL: the same in every engine. */
function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

/** Pixels with the channels that are wanted. Transparency is dropped, as Keras does; opaque where it is wanted and not there. */
function converted(pixels: Pixels, mode: ColorMode): Uint8Array {
  const { data, channels } = pixels;
  const wanted = CHANNELS[mode];
  if (channels === wanted) return data;
  const grey = channels < 3;
  const alpha = channels === 2 ? 1 : channels === 4 ? 3 : -1;
  const count = pixels.width * pixels.height;
  const out = new Uint8Array(count * wanted);
  for (let i = 0; i < count; i++) {
    const at = i * channels;
    const r = data[at]!;
    const g = grey ? r : data[at + 1]!;
    const b = grey ? r : data[at + 2]!;
    const to = i * wanted;
    if (wanted === 1) {
      out[to] = grey ? r : luma(r, g, b);
      continue;
    }
    out[to] = r;
    out[to + 1] = g;
    out[to + 2] = b;
    if (wanted === 4) out[to + 3] = alpha < 0 ? 255 : data[at + alpha]!;
  }
  return out;
}

/**
 * The pixels of a PNG or JPEG file, uint8[height, width, channels], the same in every engine. The decoders are
 * loaded when the first such file is met. Orientation that a camera noted beside the pixels is not applied.
 *
 * @throws DataError if the file is neither, or damaged
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: { readonly name?: string; readonly colorMode?: ColorMode } = {},
): Promise<Tensor> {
  const { name = "", colorMode = "rgb" } = options;
  const subject = subjectOf("image", name);
  const decode = isPng(bytes) ? decodePng : isJpeg(bytes) ? decodeJpeg : null;
  if (!decode) throw new DataError(`${subject}: must be a PNG or JPEG file, by its first bytes`);
  let pixels: Pixels;
  try {
    pixels = await decode(bytes);
  } catch (error) {
    throw new DataError(`${subject}: cannot be decoded: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const { width, height } = pixels;
  return new Tensor(converted(pixels, colorMode), [height, width, CHANNELS[colorMode]], "uint8");
}
