/** What is used of jsfive 0.4.2, which comes without types. */
declare module "jsfive" {
  export interface DataObjects {
    readonly offset: number;
    readonly dtype: unknown;
    readonly shape: readonly (number | bigint)[];
    readonly chunks: readonly number[] | null;
    readonly fh: ArrayBuffer;
    readonly filter_pipeline: readonly ReadonlyMap<string, unknown>[] | null;
    find_msg_type(type: number): readonly ReadonlyMap<string, number>[];
    _get_data_message_properties(offset: number): [number, number, number, number];
  }
  export class Group {
    readonly keys: string[];
    readonly attrs: Record<string, unknown>;
    readonly _dataobjects: DataObjects;
    get(name: string): Group | Dataset | null;
  }
  export class Dataset {
    readonly value: ArrayLike<number | bigint | undefined>;
    readonly attrs: Record<string, unknown>;
    readonly _dataobjects: DataObjects;
  }
  export class File extends Group {
    constructor(bytes: ArrayBuffer, name: string);
  }
  export const Filters: Map<number, (chunk: ArrayBuffer, itemBytes: number) => ArrayBuffer>;
}
