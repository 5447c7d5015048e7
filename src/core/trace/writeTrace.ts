/**
 * The file form of a trace: a safetensors file with agreed names (`recording.ts`), which anyone can write with one line of Python.
 */
import { type PlannedTensor, safetensorsHeader } from '../checkpoint/encodeSafetensors';
import { accessKinds, type Recorded, type Recording } from './recording';
import type { AccessBlock, Axis, BlockId, Series, Trace } from './trace';

/** Metadata key that marks a safetensors file as a trace; its value is the version. */
export const traceMark = 'mnemoscope.trace';
export const traceVersion = '1';
/** Metadata keys that begin so hold the labels of an axis, a JSON list of strings. */
export const labelsMark = 'labels.';
/** Elements of a recording that are in memory at a time while it is written. */
const elementsAtOnce = 1 << 20;

export interface TraceFile {
  readonly header: Uint8Array;
  /** Tensor data in the order of the header, one matrix or step at a time. */
  chunks(): AsyncGenerator<Uint8Array, void>;
}

interface Part {
  readonly tensor: PlannedTensor;
  read(): AsyncGenerator<Float32Array, void>;
}

/** Plans the file of a recording. `checkpoint` is the name of the file that was run. */
export function planRecording(
  { model, tensors, labels, events, verdict }: Recording,
  source: Trace['source'],
  checkpoint: string,
): TraceFile {
  const parts = [...tensors].map(([name, recorded]) => recordedPart(name, recorded));
  const metadata = new Map([
    [traceMark, traceVersion],
    ['model', JSON.stringify(model)],
    ['checkpoint', JSON.stringify(checkpoint)],
    ['source', JSON.stringify(source)],
    ...tokenLabels(tensors, labels),
    ...[...labels].map(([axis, words]) => [labelsMark + axis, JSON.stringify(words)] as const),
    ...(events.length > 0 ? [['events', JSON.stringify(events)] as const] : []),
    ...(verdict ? [['verdict', JSON.stringify(verdict)] as const] : []),
  ]);
  return traceFile(parts, metadata);
}

/** `tokens.query` and `tokens.key`, by which any reader knows the places of the first weighting. */
function tokenLabels(
  tensors: Recording['tensors'],
  labels: Recording['labels'],
): (readonly [string, string])[] {
  const first = [...tensors.keys()].find((name) => name.startsWith('attention.'));
  const kind = accessKinds.get(first?.split('.')[1] ?? '');
  const query = labels.get(kind?.rows.id ?? '');
  const key = labels.get(kind?.columns.id ?? '');
  return [
    ...(query ? [['tokens.query', JSON.stringify(query)] as const] : []),
    ...(key ? [['tokens.key', JSON.stringify(key)] as const] : []),
  ];
}

/** Plans the file of what has arrived of a trace. `checkpoint` is the name of the file that was run. */
export function planTrace(
  trace: Trace,
  ready: ReadonlySet<BlockId>,
  checkpoint: string,
): TraceFile {
  const arrived = trace.blocks.filter(({ id }) => ready.has(id));
  const parts = [...groups(arrived)].map(([name, heads]) => attentionPart(name, heads));
  parts.push(...trace.series.map(seriesPart));
  // Of an encoder and a decoder, the attention of the one over the other knows both.
  const first = arrived.find(({ rows, columns }) => rows !== columns) ?? arrived[0];
  const named = new Set(arrived.flatMap(({ rows, columns }) => [rows, columns]));
  const metadata = new Map([
    [traceMark, traceVersion],
    ['model', JSON.stringify(trace.model)],
    ['checkpoint', JSON.stringify(checkpoint)],
    ['source', JSON.stringify(trace.source)],
    ...(first ? [['tokens.query', labels(first.rows)] as const] : []),
    ...(first ? [['tokens.key', labels(first.columns)] as const] : []),
    ...(named.size > 1
      ? [...named].map((axis) => [labelsMark + axis.id, labels(axis)] as const)
      : []),
  ]);
  return traceFile(parts, metadata);
}

function traceFile(parts: readonly Part[], metadata: ReadonlyMap<string, string>): TraceFile {
  return {
    header: safetensorsHeader(
      parts.map(({ tensor }) => tensor),
      metadata,
    ),
    async *chunks() {
      for (const part of parts) {
        for await (const values of part.read()) {
          yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        }
      }
    },
  };
}

/** Heads of one layer and kind together, in order: `self.3.0`, `self.3.1` … → `self.3`. */
function groups(blocks: readonly AccessBlock[]): Map<string, AccessBlock[]> {
  const found = new Map<string, AccessBlock[]>();
  for (const block of blocks) {
    const name = block.id.slice(0, block.id.lastIndexOf('.'));
    found.set(name, [...(found.get(name) ?? []), block]);
  }
  for (const heads of found.values()) heads.sort((a, b) => (a.head ?? 0) - (b.head ?? 0));
  return found;
}

function attentionPart(name: string, heads: readonly AccessBlock[]): Part {
  const [rows = 0, columns = 0] = heads[0]?.weighting.shape ?? [];
  return {
    tensor: { name: `attention.${name}`, dtype: 'F32', shape: [heads.length, rows, columns] },
    async *read() {
      for (const { weighting } of heads) yield await weighting.values();
    },
  };
}

function recordedPart(name: string, { shape, read }: Recorded): Part {
  const count = shape.reduce((product, length) => product * length, 1);
  return {
    tensor: { name, dtype: 'F32', shape },
    async *read() {
      for (let start = 0; start < count; start += elementsAtOnce) {
        yield await read(start, Math.min(elementsAtOnce, count - start));
      }
    },
  };
}

function seriesPart({ name, steps, shape, at }: Series): Part {
  return {
    tensor: { name, dtype: 'F32', shape: [steps.length, ...shape] },
    async *read() {
      for (let step = 0; step < steps.length; step++) yield await at(step);
    },
  };
}

function labels(axis: Axis): string {
  return JSON.stringify(Array.from({ length: axis.length }, (_, place) => axis.label(place)));
}
