/**
 * Parts and figures of an array inside a JavaScript program, the counterpart of `slices.py`. The text of the function is
 * evaluated there: it uses nothing from outside of itself.
 */

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}
export interface Values {
  readonly library: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}
export interface Cut {
  readonly rows?: number;
  readonly columns?: number;
  readonly at: readonly number[];
}
type Unknowns = Record<string, unknown>;

export type Slices = ReturnType<typeof createSlices>;

export function createSlices() {
  const base64 = (data: {
    readonly buffer: ArrayBufferLike;
    byteOffset: number;
    byteLength: number;
  }): string =>
    Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).toString('base64');
  const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const cut = ({ shape, data }: Values, { rows, columns, at }: Cut): Matrix => {
    const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
    let offset = 0;
    at.forEach((index, axis) => {
      if (axis !== rows && axis !== columns) offset += index * strides[axis]!;
    });
    const [down, across] = [rows, columns].map((axis) => (axis === undefined ? 0 : strides[axis]!));
    return {
      rows: rows === undefined ? 1 : shape[rows]!,
      columns: columns === undefined ? 1 : shape[columns]!,
      at: (row, column) => Number(data[offset + row * down! + column * across!]),
    };
  };
  /** Windows of `edge` × `edge` values, one in `step` each way looked at: the one of the largest magnitude, NaN where it holds one. */
  const pooled = (of: Matrix, edge: number, top: number, left: number, most: number, step = 1) => {
    const rows = Math.max(0, Math.min(most, Math.ceil(of.rows / edge) - top));
    const columns = Math.max(0, Math.min(most, Math.ceil(of.columns / edge) - left));
    const data = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let found = 0;
        const [r0, c0] = [(top + row) * edge, (left + column) * edge];
        for (let r = r0; r < Math.min(r0 + edge, of.rows); r += step) {
          for (let c = c0; c < Math.min(c0 + edge, of.columns); c += step) {
            const value = of.at(r, c);
            if (Math.abs(value) > Math.abs(found) || Number.isNaN(value)) found = value;
          }
        }
        data[row * columns + column] = found;
      }
    }
    return { rows, columns, data };
  };
  const matrixOf = (values: Values): Matrix => {
    const { length } = values.shape;
    const axes =
      length > 1 ? { rows: length - 2, columns: length - 1 } : length === 1 ? { columns: 0 } : {};
    return cut(values, { ...axes, at: values.shape.map(() => 0) });
  };
  const statistics = (data: ArrayLike<number>): Unknowns => {
    const step = Math.max(1, Math.ceil(data.length / 65_536));
    let [low, high, sum, seen, nan, inf] = [Infinity, -Infinity, 0, 0, 0, 0];
    for (let i = 0; i < data.length; i += step) {
      const value = Number(data[i]);
      if (Number.isNaN(value)) nan++;
      else if (!Number.isFinite(value)) inf++;
      else {
        low = Math.min(low, value);
        high = Math.max(high, value);
        sum += value;
        seen++;
      }
    }
    const range = seen > 0 ? { min: low, max: high, mean: sum / seen } : {};
    return { ...range, nan, inf, ...(step > 1 && { sampled: step }) };
  };
  /** Tells arrays apart by values and their order; of a large one, by some of them. */
  const digest = (data: ArrayLike<number>): number => {
    const step = Math.max(1, Math.ceil(data.length / 8192));
    let sum = 0;
    for (let i = 0; i < data.length; i += step) {
      sum = (Math.imul(sum, 31) + Math.fround(Number(data[i])) * 8191) | 0;
    }
    return sum;
  };
  const thumbnail = (values: Values, low: number, high: number): Unknowns | undefined => {
    if (values.data.length === 0 || values.shape.length === 0) return undefined;
    const matrix = matrixOf(values);
    const edge = Math.ceil(Math.max(matrix.rows, matrix.columns) / 24);
    // A stop does not wait for a picture of this size.
    const { rows, columns, data } = pooled(matrix, edge, 0, 0, 24, Math.ceil(edge / 16));
    const span = high - low || 1;
    const shades = Uint8Array.from(data, (value) =>
      Math.max(0, Math.min(255, (255 * (value - low)) / span)),
    );
    return { shape: [rows, columns], data: base64(shades) };
  };
  const magnitudes = (matrix: Matrix): number[] => {
    const step = Math.max(1, Math.ceil((matrix.rows * matrix.columns) / 65_536));
    const found: number[] = [];
    for (let i = 0; i < matrix.rows * matrix.columns; i += step) {
      const value = Math.abs(matrix.at(Math.floor(i / matrix.columns), i % matrix.columns));
      if (Number.isFinite(value)) found.push(value);
    }
    return found.sort((a, b) => a - b);
  };
  const survey = (matrix: Matrix): Unknowns => {
    const { rows, columns } = matrix;
    const [down, across] = [new Float64Array(rows), new Float64Array(columns)];
    const bad = [0, 0, 0];
    let [low, high] = [Infinity, -Infinity];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = matrix.at(row, column);
        down[row]! += value * value;
        across[column]! += value * value;
        const place = Number.isNaN(value)
          ? 0
          : value === Infinity
            ? 1
            : value === -Infinity
              ? 2
              : 3;
        if (place < 3) bad[place]!++;
        else [low, high] = [Math.min(low, value), Math.max(high, value)];
      }
    }
    const range = low <= high ? [low, high] : [NaN, NaN];
    return {
      done: rows * columns,
      total: rows * columns,
      rowNorms: base64(Float32Array.from(down, Math.sqrt)),
      columnNorms: base64(Float32Array.from(across, Math.sqrt)),
      range: base64(Float32Array.from(range)),
      bad,
    };
  };
  const line = (matrix: Matrix, { start, end, bins }: Record<string, number>): Unknowns => {
    const length = end! - start!;
    const pool = Math.max(1, Math.ceil(length / Math.min(bins!, 16_384)));
    const used = Math.ceil(length / pool);
    const [low, high] = [
      new Float32Array(used).fill(Infinity),
      new Float32Array(used).fill(-Infinity),
    ];
    for (let i = 0; i < length; i++) {
      const bin = Math.floor(i / pool);
      const value = matrix.at(0, start! + i);
      low[bin] = Math.min(low[bin]!, value);
      high[bin] = Math.max(high[bin]!, value);
    }
    return { low: base64(low), high: base64(high), pool, sampled: 1 };
  };
  const text = (matrix: Matrix, more: Record<string, number>, dtype: string): string[] => {
    const found: string[] = [];
    for (let row = more['row']!; row < more['row']! + more['rows']!; row++) {
      for (let column = more['column']!; column < more['column']! + more['columns']!; column++) {
        const value = matrix.at(row, column);
        let short = String(value);
        for (let digits = 6; dtype === 'float32' && digits < 9; digits++) {
          short = String(Number(value.toPrecision(digits)));
          if (Math.fround(Number(short)) === value) break;
        }
        found.push(Number.isFinite(value) ? short : String(value));
      }
    }
    return found;
  };
  const figures = ({ data }: Values): Unknowns => {
    let [low, high, mean, squares, seen, zeros] = [Infinity, -Infinity, 0, 0, 0, 0];
    const bad = [0, 0, 0];
    for (let i = 0; i < data.length; i++) {
      const value = Number(data[i]);
      if (!Number.isFinite(value)) {
        bad[Number.isNaN(value) ? 0 : value > 0 ? 1 : 2]!++;
        continue;
      }
      if (value === 0) zeros++;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
      const apart = value - mean;
      mean += apart / ++seen;
      squares += apart * (value - mean);
    }
    const range = seen > 0 ? [low, high, mean, Math.sqrt(squares / seen)] : [NaN, NaN, NaN, NaN];
    const numbers = base64(Float64Array.from([data.length, ...range, zeros, ...bad]));
    if (seen === 0) return { numbers };
    const linear = new Float64Array(128);
    const [negative, positive] = [new Float64Array(508), new Float64Array(508)];
    for (let i = 0; i < data.length; i++) {
      const value = Number(data[i]);
      if (!Number.isFinite(value)) continue;
      linear[high > low ? Math.min(127, Math.floor(((value - low) / (high - low)) * 128)) : 0]!++;
      if (value === 0) continue;
      const octave = Math.floor(2 * Math.log2(Math.abs(value)) + 1e-9) + 252;
      (value < 0 ? negative : positive)[Math.max(0, Math.min(507, octave))]!++;
    }
    const isUsed = (_: number, bin: number): boolean => negative[bin]! + positive[bin]! > 0;
    const first = Math.max(0, negative.findIndex(isUsed));
    const end = negative.findLastIndex(isUsed) + 1;
    return {
      numbers,
      histogram: {
        linear: { low, high, counts: base64(linear) },
        first: first - 252,
        negative: base64(negative.slice(first, end)),
        positive: base64(positive.slice(first, end)),
      },
    };
  };
  const answerOf = (
    question: string,
    values: Values,
    slice: Cut | null,
    more: Record<string, number>,
  ): Unknowns => {
    if (question === 'statistics') return figures(values);
    const matrix = cut(values, slice ?? { at: values.shape.map(() => 0) });
    if (question === 'tile') {
      const { level = 0, row = 0, column = 0 } = more;
      const { data, ...size } = pooled(matrix, 2 ** level, row * 256, column * 256, 256);
      return { ...size, sampled: 1, data: base64(data) };
    }
    if (question === 'glance') {
      const found = magnitudes(matrix);
      const shares = (more as unknown as { shares: readonly number[] }).shares;
      const at = shares.map((share) => found[Math.round(share * (found.length - 1))] ?? NaN);
      return { magnitudes: base64(Float32Array.from(at)), sampled: 1 };
    }
    if (question === 'survey') return survey(matrix);
    if (question === 'text') return { text: text(matrix, more, values.dtype) };
    if (question === 'line') return line(matrix, more);
    throw new Error(`${question} is not computed in JavaScript programs`);
  };

  return { base64, product, matrixOf, pooled, statistics, digest, thumbnail, answerOf };
}
