import type { Description } from "../train/data/described.ts";
import type { DatasetOptions } from "./datasetFeed.ts";
import type { FeedSource } from "./feed.ts";

/** `datasetSource`, loaded when the first dataset is met: a page that trains on arrays does not download it. */
export async function lazySource(
  description: Description,
  options: DatasetOptions,
): Promise<FeedSource> {
  const { datasetSource } = await import("./datasetFeed.ts");
  return datasetSource(description, options);
}
