/** A block of values in the memory of the WebAssembly module, and what its loops say about them. */
import { assemble } from './assemble';
import { kernelFunctions, type KernelFunctions } from './kernelCode';
import { type Moments, momentsOf, noMoments } from './moments';

/** Elements that a kernel holds: few enough for a processor's own cache. */
export const kernelElements = 1 << 17;
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

/** How the elements of a block lie in memory. */
export type Lying = 'float32' | 'float16' | 'bfloat16';

export interface Kernel {
  /** Fill these with float32, [kernelElements], and then call the functions below on the first `count`. */
  readonly values: Float32Array<ArrayBuffer>;
  /** The same for 16-bit types. */
  readonly words: Uint16Array<ArrayBuffer>;
  /** Sums of the magnitudes of columns since `clearColumns`. */
  readonly columns: Float32Array<ArrayBuffer>;
  /** Makes `count` values out of words. */
  widen(type: Exclude<Lying, 'float32'>, count: number): void;
  /** Adds the first rows of that many columns to the sums of columns. */
  addColumns(rows: number, columns: number): void;
  clearColumns(): void;
  /** Of the first `count` values, or words of that type. Changes the values when they are words. */
  moments(count: number, type: Lying): Moments;
}

const functions = {
  float32: { moments: 'momentsOfFloat32', bytes: 4, at: layout.values },
  float16: { moments: 'momentsOfFloat16', widen: 'widenFloat16', bytes: 2, at: layout.words },
  bfloat16: { moments: 'momentsOfBfloat16', widen: 'widenBfloat16', bytes: 2, at: layout.words },
} as const;
/** Elements of one turn of a loop. */
const turn = 8;

let compiled: WebAssembly.Module | undefined;

/** Takes about 1.3 MB. */
export function createKernel(): Kernel {
  compiled ??= new WebAssembly.Module(assemble(kernelFunctions));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.end / pageBytes) });
  const instance = new WebAssembly.Instance(compiled, { env: { memory } });
  const run = instance.exports as unknown as KernelFunctions;
  const buffer = memory.buffer as ArrayBuffer;
  const values = new Float32Array(buffer, layout.values, kernelElements + turn);
  const words = new Uint16Array(buffer, layout.words, kernelElements + turn);
  const columns = new Float32Array(buffer, layout.sums, kernelElements);
  const extremes = new Float32Array(buffer, layout.out, 8);
  const zeros = new Int32Array(buffer, layout.out + 32, 4);
  const sums = new Float64Array(buffer, layout.out + 48, 4);

  const widen: Kernel['widen'] = (type, count) =>
    run[functions[type].widen](layout.words, layout.words + 2 * count, layout.values);

  /** Of values that are all finite; undefined where one is not. */
  const ofFinite = (count: number, type: Lying): Moments | undefined => {
    if (type !== 'float32') widen(type, 1);
    // The first value fills the last turn: it adds nothing to differences from itself.
    const shift = values[0]!;
    const padding = (turn - (count % turn)) % turn;
    if (type === 'float32') values.fill(shift, count, count + padding);
    else words.fill(words[0]!, count, count + padding);
    const { moments, at, bytes } = functions[type];
    run[moments](at, at + bytes * (count + padding), layout.out, shift);
    const sum = sums[0]! + sums[1]!;
    const squares = sums[2]! + sums[3]!;
    if (!Number.isFinite(squares)) return undefined;
    const mean = sum / count;
    return {
      ...noMoments,
      finite: count,
      min: Math.min(...extremes.subarray(0, 4)),
      max: Math.max(...extremes.subarray(4)),
      mean: shift + mean,
      squares: Math.max(0, squares - sum * mean),
      zeros: zeros.reduce((a, b) => a + b) - (shift === 0 ? padding : 0),
    };
  };

  return {
    values: values.subarray(0, kernelElements),
    words: words.subarray(0, kernelElements),
    columns,
    widen,
    addColumns(rows, width) {
      // The last turn of a row reads the start of the next one; its sums lie behind those that count.
      for (let row = 0; row < rows; row++) {
        const start = layout.values + 4 * row * width;
        run.addRow(start, start + 4 * width, layout.sums);
      }
    },
    clearColumns: () => void columns.fill(0),
    moments(count, type) {
      if (count === 0) return noMoments;
      const found = ofFinite(count, type);
      if (found) return found;
      if (type !== 'float32') widen(type, count);
      return momentsOf(values.subarray(0, count));
    },
  };
}
