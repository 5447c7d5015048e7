/** The contract between formats and everything else: what a checkpoint is once its header is read. */
import type { ByteSource, Folder, Platform } from './bytes';
import type { DType } from './dtype';

/** One tensor of a checkpoint. Its values stay in the file until somebody asks. */
export interface Tensor {
  readonly name: string;
  readonly dtype: DType;
  /** Row-major. Empty for a scalar. */
  readonly shape: readonly number[];
  /** Bytes that it takes in the file. */
  readonly bytes: number;
  /** Name of the file that holds it. */
  readonly file: string;
  readonly data: TensorData;
  /** Quantised types only: fills `target` with the real values of elements `start` and after, row-major. */
  readonly dequantise?: (start: number, target: Float32Array) => Promise<void>;
}

/** How a tensor's values are had. */
export type TensorData = Stored | Decoded | Opaque;

/**
 * Raw values at a place in a file. Without strides they lie row-major without gaps. Two tensors share
 * their values when `source` (the same object), `offset`, shape and strides are equal.
 */
export interface Stored {
  readonly kind: 'stored';
  readonly source: ByteSource;
  /** Byte of the first element. */
  readonly offset: number;
  readonly byteOrder: 'little' | 'big';
  /** In elements, one per dimension; 0 repeats. */
  readonly strides?: readonly number[];
}

/** Values that a format must unpack (compressed, quantised, chunked): little-endian, row-major, of the tensor's dtype. */
export interface Decoded {
  readonly kind: 'decoded';
  decode(): Promise<Uint8Array>;
}

/** Listed, but its values cannot be shown; says why in one sentence. */
export interface Opaque {
  readonly kind: 'opaque';
  readonly reason: string;
}

/** An opened checkpoint. Nothing but headers has been read. */
export interface Checkpoint {
  /** Name of the format as people say it: `safetensors`, `PyTorch (zip)` … */
  readonly format: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of the file. A Map, since a tensor may be called `__proto__`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Every file that takes part. */
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** One sentence each: what was left out or looks wrong. */
  readonly warnings: readonly string[];
  /** Text that travels inside the file (embedded class source, TorchScript code), never run. */
  readonly sources?: ReadonlyMap<string, string>;
}

/** What a format needs in order to decide whether a file is its own. */
export interface Sniff {
  readonly name: string;
  readonly size: number;
  /** The first bytes of the file, at most 64. */
  readonly head: Uint8Array;
}

/** One file format. Adding one is one file and one line in `allFormats.ts`. */
export interface Format {
  readonly name: string;
  /** File name endings, lower case, with the dot; used when the first bytes do not decide. */
  readonly extensions: readonly string[];
  /** `magic`: the bytes say so; `name`: only the name does; `no`. */
  match(file: Sniff): 'magic' | 'name' | 'no';
  open(source: ByteSource, folder: Folder, platform: Platform): Promise<Checkpoint>;
}
