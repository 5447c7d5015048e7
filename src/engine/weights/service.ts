/** What the page asks about slices of one tensor. */
import { isKnownDType } from '../../core/checkpoint/dtype';
import { encodeCsv } from '../../core/checkpoint/encodeCsv';
import { type Tile, tileEdge } from '../../core/trace/trace';
import { glanceAt } from '../../core/weights/glance';
import { lineOf } from '../../core/weights/line';
import { pooledCells, samplingOf } from '../../core/weights/pooled';
import { type Rectangle, readRegion, readRegionBytes } from '../../core/weights/region';
import type { View } from '../../core/weights/slice';
import { spectrumOf } from '../../core/weights/spectrum';
import type { CheckpointId } from '../../protocol/engine';
import type { Handlers } from '../../protocol/rpc';
import {
  glanceShares,
  type SliceRef,
  type SpectrumData,
  type SurveyData,
  type WeightsFileMethods,
  type WeightsMethods,
  type WeightTile,
} from '../../protocol/weights';
import type { Model } from '../model';
import { exportTensor } from './exportTensor';
import { createMultiply } from './multiply';
import { createSlices, type OpenSlice } from './slices';

/** Milliseconds that one call may work on: others are answered between two of them. */
const turn = 25;
/** Elements read for one tile; beyond, lines are left out until the survey is done. */
const mostForTile = 1 << 22;
/** A slice of so many elements is surveyed at once: nothing is ever sampled. */
const smallSlice = 1 << 20;
/** Values of one answer in words, and bins of one line. */
const mostTexts = 1 << 14;
const mostBins = 1 << 14;

export function weightsHandlers(
  model: (id: CheckpointId) => Model,
): Handlers<WeightsMethods & WeightsFileMethods> {
  const slices = createSlices(model);
  const multiply = createMultiply();
  const open = ({ checkpoint, tensor, slice }: SliceRef) => slices.get(checkpoint, tensor, slice);
  return {
    async weightTile({ level, row, column, ...ref }) {
      const slice = await open(ref);
      if (slice.survey.total <= smallSlice) await advance(slice, Infinity);
      return tileOf(slice, level, row, column);
    },
    async weightGlance(ref) {
      const { magnitudes, sampled } = await glanceAt((await open(ref)).view, glanceShares);
      return { magnitudes: Float32Array.from(magnitudes), sampled };
    },
    async weightSurvey(ref) {
      const slice = await open(ref);
      await advance(slice, turn);
      return surveyData(slice);
    },
    async weightText({ row, column, rows, columns, ...ref }) {
      const { view } = await open(ref);
      const rectangle = { row, column, rows, columns };
      check(view, rectangle);
      return textOf(view, rectangle);
    },
    async weightLine({ start, end, bins, ...ref }) {
      const { view } = await open(ref);
      check(view, { row: 0, column: start, rows: 1, columns: end - start }, Infinity);
      return lineOf(view, start, end, Math.min(bins, mostBins));
    },
    async weightSpectrum(ref) {
      const slice = await open(ref);
      return slice.queue.run(async (): Promise<SpectrumData> => {
        const under = (slice.spectrum ??= { steps: spectrumOf(slice.view, multiply), share: 0 });
        try {
          for (const start = performance.now(); performance.now() - start < turn;) {
            if (under.found) break;
            const step = await under.steps.next();
            if (step.done) under.found = step.value;
            else under.share = step.value;
          }
        } catch (error) {
          delete slice.spectrum;
          throw error;
        }
        return { share: under.share, ...(under.found && { found: under.found }) };
      });
    },
    async exportTensor({ checkpoint, tensor, slice, format, path }, signal) {
      await exportTensor(await slices.tensor(checkpoint, tensor), slice, format, path, signal);
    },
  };
}

function advance({ survey, queue }: OpenSlice, milliseconds: number): Promise<void> {
  return queue.run(async () => {
    const start = performance.now();
    while (!survey.found && performance.now() - start < milliseconds) await survey.advance();
  });
}

async function tileOf(
  { view, survey, pyramid }: OpenSlice,
  level: number,
  row: number,
  column: number,
): Promise<WeightTile> {
  const { found } = survey;
  if (found && level >= found.level) {
    const tile = pyramid()!.tile(level - found.level, row, column);
    return { ...tile, pool: 2 ** level, sampled: 1 };
  }
  const edge = 2 ** level;
  const [rows, columns] = [Math.ceil(view.rows / edge), Math.ceil(view.columns / edge)];
  const first = [row * tileEdge, column * tileEdge] as const;
  if (!(level >= 0 && first[0] >= 0 && first[1] >= 0 && first[0] < rows && first[1] < columns)) {
    throw new RangeError(`tile ${row}, ${column} lies outside ${rows} × ${columns} cells`);
  }
  const cells = {
    level,
    row: first[0],
    column: first[1],
    rows: Math.min(tileEdge, rows - first[0]),
    columns: Math.min(tileEdge, columns - first[1]),
  };
  // All tiles of a level alike, so that no seam shows where one is smaller.
  const full = {
    level,
    row: 0,
    column: 0,
    rows: Math.min(tileEdge, rows),
    columns: Math.min(tileEdge, columns),
  };
  const sampled = samplingOf(view, full, mostForTile);
  const tile: Tile = { ...(await pooledCells(view, cells, sampled)), pool: edge };
  return { ...tile, sampled };
}

function surveyData({ survey: { done, total, found } }: OpenSlice): SurveyData {
  if (!found) return { done, total };
  return {
    done,
    total,
    found: {
      rowNorms: Float32Array.from(found.rowNorms),
      columnNorms: Float32Array.from(found.columnNorms),
      range: Float32Array.of(found.least, found.largest),
      nan: found.nan,
      positiveInfinite: found.positive,
      negativeInfinite: found.negative,
    },
  };
}

function check(view: View, { row, column, rows, columns }: Rectangle, most = mostTexts): void {
  const isInside = row >= 0 && column >= 0 && rows >= 0 && columns >= 0;
  if (!isInside || row + rows > view.rows || column + columns > view.columns) {
    throw new RangeError(`cells outside of ${view.rows} × ${view.columns}`);
  }
  if (rows * columns > most) throw new RangeError(`${rows * columns} values are more than ${most}`);
}

/** Types that float32 cannot hold are written from their own bytes, all others from their exact float32. */
async function textOf(view: View, rectangle: Rectangle): Promise<readonly string[]> {
  const shape = [rectangle.rows, rectangle.columns];
  const { dtype } = view.flat;
  const isWide = isKnownDType(dtype) && /64|complex|u?int32|qint32/.test(dtype);
  if (isWide && !view.flat.dequantise) {
    return cells(encodeCsv(dtype, shape, await readRegionBytes(view, rectangle)));
  }
  const values = await readRegion(view, rectangle);
  return cells(encodeCsv('float32', shape, new Uint8Array(values.buffer)));
}

const cells = (csv: string): readonly string[] => csv.split(/[,\n]/).slice(0, -1);
