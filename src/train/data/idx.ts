import { DataError, ShapeError } from "../../errors.ts";
import { bytesOfSource, nameOfSource } from "../../io/chunks.ts";
import { gunzip } from "../../io/gunzip.ts";
import { decodeIdx } from "../../io/idx.ts";
import { printShape } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { fromArrays } from "./fromArrays.ts";

/** Where an IDX file comes from. */
export type IdxSource = string | URL | Uint8Array | Blob;

async function read(source: IdxSource): Promise<Tensor> {
  const name = nameOfSource(source);
  const maximumBytes = 2 ** 32;
  const bytes = await gunzip(await bytesOfSource(source), { name, maximumBytes });
  return decodeIdx(bytes, { name });
}

/**
 * Images and labels in IDX files, the format of MNIST, gzip or not. Pixels stay bytes, 0 to 255; images of one
 * channel get their last axis: [28, 28, 1]. Labels are int32.
 *
 * @throws DataError where a file is damaged, or labels are no whole numbers
 * @throws ShapeError where there are not as many labels as images
 *
 * @example
 *     const train = await dataset.idx("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz");
 */
export async function idx(images: IdxSource, labels: IdxSource): Promise<Dataset> {
  const [x, y] = [await read(images), await read(labels)];
  if (y.shape.length !== 1 || y.shape[0] !== x.shape[0]) {
    throw new ShapeError(
      `dataset.idx: there must be a label for each of ${x.shape[0] ?? 0} images, got ${printShape(y.shape)}`,
    );
  }
  if (y.dtype === "float32")
    throw new DataError("dataset.idx: labels must be whole numbers, got float32");
  const shape = x.shape.length === 3 ? [...x.shape, 1] : x.shape;
  return fromArrays(
    new Tensor(x.data, shape, x.dtype),
    new Tensor(Int32Array.from(y.data), y.shape, "int32"),
  );
}
