/** Exact values at a step, read a piece of the steps at a time, so that scrubbing asks rarely and holds little. */
import { signal } from '@preact/signals';
import { type Matrix, type Series, tileEdge } from '../../src/core/trace/trace';
import { mostSeriesValues } from '../../src/protocol/memory';
import { report, trace } from '../state';

/** Bytes of pieces that are kept. */
const limit = 48 * 2 ** 20;
/** Steps of one piece, at most. */
const mostSteps = 64;

const pieces = new Map<string, Float32Array | 'underway' | 'broken'>();
let held = 0;
let epoch = 0;
/** Counts what arrived, so that reading a value follows it. */
const arrived = signal(0);

trace.subscribe(() => {
  epoch++;
  pieces.clear();
  held = 0;
});

function pieceOf(key: string, read: () => Promise<Float32Array>): Float32Array | undefined {
  void arrived.value;
  const known = pieces.get(key);
  if (known instanceof Float32Array) {
    pieces.delete(key);
    pieces.set(key, known);
    return known;
  }
  if (known === undefined) void ask(key, read);
  return undefined;
}

async function ask(key: string, read: () => Promise<Float32Array>): Promise<void> {
  const asked = epoch;
  pieces.set(key, 'underway');
  try {
    const values = await read();
    if (asked !== epoch) return;
    pieces.set(key, values);
    held += values.byteLength;
    for (const [oldest, piece] of pieces) {
      if (held <= limit || oldest === key) break;
      if (!(piece instanceof Float32Array)) continue;
      pieces.delete(oldest);
      held -= piece.byteLength;
    }
  } catch (error) {
    if (asked !== epoch) return;
    pieces.set(key, 'broken');
    report(error);
  }
  arrived.value++;
}

const sizeOf = ({ shape }: Series): number => shape.reduce((product, one) => product * one, 1);

/** Whether one step of a series comes whole; a larger one is seen pooled. */
export const isWhole = (series: Series): boolean => sizeOf(series) <= mostSeriesValues;

/** The value of a series at a step, […shape]; undefined until it has come, and outside the series. */
export function valueAt(series: Series | undefined, step: number): Float32Array | undefined {
  const { range } = series ?? {};
  if (!series || !range || step < 0 || step >= series.steps.length) return undefined;
  const size = sizeOf(series);
  if (size === 0 || size > mostSeriesValues) return undefined;
  const steps = Math.min(mostSteps, Math.max(1, Math.floor(mostSeriesValues / size)));
  const piece = Math.floor(step / steps);
  const from = piece * steps;
  const values = pieceOf(`${series.name} ${piece}`, () =>
    range.call(series, from, Math.min(series.steps.length, from + steps)),
  );
  return values?.subarray((step - from) * size, (step - from + 1) * size);
}

/** One step of a weighting or a stage of it, [slots]; undefined until it has come. */
export function rowAt(key: string, matrix: Matrix, step: number): Float32Array | undefined {
  const [steps, slots] = matrix.shape;
  if (step < 0 || step >= steps) return undefined;
  const piece = Math.floor(step / tileEdge);
  const rows = Math.min(tileEdge, steps - piece * tileEdge);
  const values = pieceOf(`${key} ${piece}`, async () => {
    const whole = new Float32Array(rows * slots);
    for (let column = 0; column * tileEdge < slots; column++) {
      const tile = await matrix.tile(0, piece, column);
      for (let row = 0; row < rows; row++) {
        const part = tile.data.subarray(row * tile.columns, (row + 1) * tile.columns);
        whole.set(part, row * slots + column * tileEdge);
      }
    }
    return whole;
  });
  const at = (step - piece * tileEdge) * slots;
  return values?.subarray(at, at + slots);
}
