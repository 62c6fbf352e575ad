import { DataError, ShapeError, checkName, withDefaults } from "../../errors.ts";
import { bytesOfSource } from "../../io/chunks.ts";
import { CHANNELS, type ColorMode, decodeImage } from "../../io/image.ts";
import { type ResizeFilter, resizeImage } from "../../io/resize.ts";
import { listFolder, pathOf } from "../../runtime/files.ts";
import { printShape } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Dataset } from "./dataset.ts";
import type { Sample } from "./sample.ts";
import { rowsStage } from "./stage.ts";

/** Options of `dataset.imageFolder`. */
export interface ImageFolderOptions {
  /** [height, width] to which every image is resized; null: they must all have one size already. */
  size: readonly [number, number] | null;
  /** How: "antialias" where photographs shrink and details matter. Default "bilinear", as Keras does it. */
  filter: ResizeFilter;
  /** Channels that are kept. Default "rgb". */
  colorMode: ColorMode;
  /** The classes in the order of their indices; null: names of the subfolders, sorted. */
  classNames: readonly string[] | null;
}

/** A folder, or files by their paths: `class/name.png`. */
export type ImageSource = string | URL | Readonly<Record<string, Uint8Array | Blob>>;

const SUBJECT = "dataset.imageFolder";
const DEFAULTS: ImageFolderOptions = {
  size: null,
  filter: "bilinear",
  colorMode: "rgb",
  classNames: null,
};
const IMAGE = /\.(png|jpe?g)$/i;

interface ImageFile {
  /** For messages. */
  readonly path: string;
  readonly folder: string;
  readonly content: string | Uint8Array | Blob;
}

async function filesBelow(folder: string, className: string): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  for (const { name, isFolder } of await listFolder(folder)) {
    const path = `${folder}/${name}`;
    if (isFolder) files.push(...(await filesBelow(path, className)));
    else if (IMAGE.test(name)) files.push({ path, folder: className, content: path });
  }
  return files;
}

/** The images, class by class, and within one in the order of their paths. */
async function filesOf(source: ImageSource): Promise<{ files: ImageFile[]; folders: string[] }> {
  if (typeof source === "string" || source instanceof URL) {
    const base = pathOf(source).replace(/[/\\]+$/, "");
    const entries = await listFolder(source);
    const folders = entries.filter((entry) => entry.isFolder).map((entry) => entry.name);
    const files: ImageFile[] = [];
    for (const folder of folders) files.push(...(await filesBelow(`${base}/${folder}`, folder)));
    return { files, folders };
  }
  const files: ImageFile[] = [];
  for (const path of Object.keys(source).sort()) {
    if (!IMAGE.test(path)) continue;
    files.push({ path, folder: path.split("/").at(-2) ?? "", content: source[path]! });
  }
  const folders = [...new Set(files.map((file) => file.folder))].sort();
  return { files, folders };
}

/**
 * Images in a folder with a subfolder for each class. Files are read and decoded when they are needed, in every epoch
 * anew (`cache` does it once); x is uint8[height, width, channels], y the index of the class.
 *
 * @param source  the folder; or, where there is no file system, the files by their paths
 * @throws DataError where there are no classes or no images, or a subfolder is no known class; while reading, naming
 *   the file
 *
 * @example
 *     const data = await dataset.imageFolder("flowers", { size: [64, 64] });
 *     data.classNames    // ["daisy", "rose", "tulip"]
 */
export async function imageFolder(
  source: ImageSource,
  options: Partial<ImageFolderOptions> = {},
): Promise<Dataset> {
  const { size, filter, colorMode, classNames } = withDefaults(SUBJECT, DEFAULTS, options);
  checkName(SUBJECT, "filter", filter, ["bilinear", "antialias"]);
  checkName(SUBJECT, "colorMode", colorMode, Object.keys(CHANNELS));
  if (size && !(size.length === 2 && size.every((n) => Number.isInteger(n) && n > 0)))
    throw new RangeError(`${SUBJECT}: size must be [height, width], got ${printShape(size)}`);
  const found = await filesOf(source);
  const classes = classNames ?? found.folders;
  const labels = new Map(classes.map((name, i) => [name, i]));
  const unknown = found.folders.find((name) => !labels.has(name));
  if (unknown !== undefined) {
    throw new DataError(
      `${SUBJECT}: every subfolder must be one of classNames (${classes.join(", ")}), got "${unknown}"`,
    );
  }
  const where =
    typeof source === "string" || source instanceof URL ? ` in "${String(source)}"` : "";
  if (classes.length === 0)
    throw new DataError(`${SUBJECT}: there must be a subfolder for each class${where}, got none`);
  const { files } = found;
  if (files.length === 0)
    throw new DataError(`${SUBJECT}: there must be .png, .jpg or .jpeg files${where}, got none`);

  let expected: Tensor["shape"] | null = null;
  const row = async (index: number): Promise<Sample> => {
    const { path, folder, content } = files[index]!;
    const bytes = await bytesOfSource(content);
    let image = await decodeImage(bytes, { name: path, colorMode });
    if (size) image = resizeImage(image, size[0], size[1], { filter });
    else {
      expected ??= image.shape;
      if (image.shape.some((n, i) => n !== expected![i])) {
        throw new ShapeError(
          `${SUBJECT}: all images must have one size, but "${path}" is ${printShape(image.shape)} and another ${printShape(expected)}; pass size: [height, width]`,
        );
      }
    }
    return { x: image, y: new Tensor(Int32Array.of(labels.get(folder)!), [], "int32") };
  };
  return new Dataset(
    rowsStage(SUBJECT, { count: files.length, order: () => null, row, arrays: null }),
    { classNames: classes },
  );
}
