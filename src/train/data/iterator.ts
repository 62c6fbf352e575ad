import type { Cursor } from "./cursor.ts";
import type { Sample } from "./sample.ts";
import type { Stage } from "./stage.ts";

/** One pass over a dataset, or the rest of one. */
export class DatasetIterator implements AsyncIterableIterator<Sample> {
  private readonly elements: AsyncGenerator<Sample>;
  private at: Cursor;

  constructor(stage: Stage, cursor: Cursor) {
    this.elements = stage.open(cursor.epoch, cursor.position);
    this.at = cursor;
  }

  /** Where reading stands: an iterator made from it gives what would come next. */
  get cursor(): Cursor {
    return this.at;
  }

  async next(): Promise<IteratorResult<Sample>> {
    const result = await this.elements.next();
    const { epoch, position, seed } = this.at;
    if (!result.done) this.at = { epoch, position: position + 1, seed };
    else if (!this.ended) {
      this.ended = true;
      this.at = { epoch: epoch + 1, position: 0, seed };
    }
    return result;
  }

  /** Stops reading; files and generators are closed. */
  async return(): Promise<IteratorResult<Sample>> {
    this.ended = true;
    await this.elements.return(undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private ended = false;
}
