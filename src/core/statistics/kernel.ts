/** A block of values in the memory of the WebAssembly module, and what its loops say about them. */
import { assemble } from './assemble';
import { kernelFunctions, type KernelFunctions } from './kernelCode';
import { type Moments, momentsOf, noMoments } from './moments';

/** Elements that a kernel holds: few enough for a processor's own cache. */
export const kernelElements = 1 << 16;
/** Bytes behind every array: a loop's last turn may reach that far past the end. */
const slack = 64;
const pageBytes = 1 << 16;
const layout = {
  /** Results of `moments`. */
  out: 0,
  sums: 256,
  words: 256 + 4 * kernelElements + slack,
  values: 256 + 6 * kernelElements + 2 * slack,
  end: 256 + 10 * kernelElements + 3 * slack,
} as const;

export interface Kernel {
  /** Fill these, [kernelElements], and then call the functions below on the first `count`. */
  readonly values: Float32Array<ArrayBuffer>;
  /** The same for 16-bit types. */
  readonly words: Uint16Array<ArrayBuffer>;
  /** Sums of the magnitudes of columns since `clearColumns`. */
  readonly columns: Float32Array<ArrayBuffer>;
  /** Makes `count` values out of words. */
  widen(dtype: 'float16' | 'bfloat16', count: number): void;
  /** Adds the first rows of that many columns to the sums of columns. */
  addColumns(rows: number, columns: number): void;
  clearColumns(): void;
  /** Of the first `count` values. */
  moments(count: number): Moments;
}

let compiled: WebAssembly.Module | undefined;

/** Takes about 700 KB. */
export function createKernel(): Kernel {
  compiled ??= new WebAssembly.Module(assemble(kernelFunctions));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.end / pageBytes) });
  const instance = new WebAssembly.Instance(compiled, { env: { memory } });
  const run = instance.exports as unknown as KernelFunctions;
  const buffer = memory.buffer as ArrayBuffer;
  const values = new Float32Array(buffer, layout.values, kernelElements);
  const padded = new Float32Array(buffer, layout.values, kernelElements + 4);
  const columns = new Float32Array(buffer, layout.sums, kernelElements);
  const lanes = new Float32Array(buffer, layout.out, 8);
  const zeroLanes = new Int32Array(buffer, layout.out + 32, 4);
  const sums = new Float64Array(buffer, layout.out + 48, 4);

  /** Of values that are all finite; undefined where one is not. */
  const ofFinite = (count: number): Moments | undefined => {
    const shift = values[0]!;
    const padding = (4 - (count % 4)) % 4;
    padded.fill(shift, count, count + padding);
    run.moments(layout.values, layout.values + 4 * (count + padding), layout.out, shift);
    const sum = sums[0]! + sums[1]!;
    const squares = sums[2]! + sums[3]!;
    if (!Number.isFinite(squares)) return undefined;
    const mean = sum / count;
    return {
      ...noMoments,
      finite: count,
      min: Math.min(...lanes.subarray(0, 4)),
      max: Math.max(...lanes.subarray(4)),
      mean: shift + mean,
      squares: Math.max(0, squares - sum * mean),
      zeros: zeroLanes.reduce((a, b) => a + b) - (shift === 0 ? padding : 0),
    };
  };

  return {
    values,
    words: new Uint16Array(buffer, layout.words, kernelElements),
    columns,
    widen(dtype, count) {
      const name = dtype === 'float16' ? 'widenFloat16' : 'widenBfloat16';
      run[name](layout.words, layout.words + 2 * count, layout.values);
    },
    addColumns(rows, width) {
      // The last turn of a row reads the start of the next one; its sums lie behind those that count.
      for (let row = 0; row < rows; row++) {
        const start = layout.values + 4 * row * width;
        run.addRow(start, start + 4 * width, layout.sums);
      }
    },
    clearColumns: () => void columns.fill(0),
    moments(count) {
      if (count === 0) return noMoments;
      return ofFinite(count) ?? momentsOf(values.subarray(0, count));
    },
  };
}
