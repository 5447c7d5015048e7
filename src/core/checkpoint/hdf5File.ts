/** What the HDF5 format needs of a library that reads HDF5. All calls reject with a FormatError on bad data. */

/** A name in a group and what it stands for. */
export type Hdf5Link =
  | { readonly kind: 'group'; readonly name: string; readonly address: bigint }
  | { readonly kind: 'dataset'; readonly name: string; readonly header: Hdf5Dataset }
  | { readonly kind: 'external'; readonly name: string; readonly file: string }
  | { readonly kind: 'soft' | 'other'; readonly name: string };

/** An element type. */
export type Hdf5Type =
  | { readonly kind: 'integer'; readonly size: number; readonly signed: boolean }
  | { readonly kind: 'float'; readonly size: number }
  | {
      readonly kind: 'enum';
      readonly size: number;
      readonly signed: boolean;
      readonly names: readonly string[];
    }
  | {
      readonly kind: 'compound';
      readonly size: number;
      readonly members: readonly {
        readonly name: string;
        readonly offset: number;
        readonly type: Hdf5Type;
      }[];
    }
  | {
      readonly kind: 'array';
      readonly size: number;
      readonly shape: readonly number[];
      readonly base: Hdf5Type;
    }
  | { readonly kind: 'opaque' | 'string' | 'vlen' | 'reference' | 'other'; readonly size: number };

/** The header of a dataset. */
export interface Hdf5Dataset {
  readonly type: Hdf5Type;
  readonly littleEndian: boolean;
  /** Null when the dataset holds no element, not even an empty array. */
  readonly shape: readonly number[] | null;
  /** Shape of the chunks, for chunked datasets. */
  readonly chunks: readonly number[] | undefined;
  /** Numbers of the filters that chunks went through, in the order of writing. */
  readonly filters: readonly number[];
}

/** The elements of a box inside one chunk; `packed`: the chunk as stored, when a filter is lacking. */
export interface Hdf5Chunk {
  readonly packed: boolean;
  readonly bytes: Uint8Array;
}

/** An open HDF5 file. Paths start with a slash. */
export interface Hdf5File {
  /** The links of a group, by creation order where the file keeps it, else by name. */
  links(group: string): AsyncIterable<Hdf5Link>;
  /**
   * The elements of a box, row-major and little-endian: `count` elements from `start` along each
   * dimension. `bytes` is what they take.
   */
  read(
    path: string,
    start: readonly number[],
    count: readonly number[],
    bytes: number,
  ): Promise<Uint8Array>;
  /** The same for a box inside one chunk. */
  chunk(
    path: string,
    start: readonly number[],
    count: readonly number[],
    bytes: number,
  ): Promise<Hdf5Chunk>;
  /** Attributes of an object that are text, a number or a short list of them. */
  attributes(path: string): Promise<ReadonlyMap<string, string>>;
}
