/** A trace from its file form: a safetensors file with the names of `recording.ts`. */
import { FormatError } from '../checkpoint/bytes';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { readFloat32 } from '../checkpoint/values';
import { accessKinds, type Recorded, type Recording } from './recording';
import { toldOf } from './told';
import type { Trace, TraceEvent, Verdict } from './trace';
import { type Keep, type RecordedTrace, traceOf } from './traceOf';
import { labelsMark, traceMark, traceVersion } from './writeTrace';

export function isTrace(checkpoint: Checkpoint): boolean {
  return checkpoint.metadata.has(traceMark);
}

/** Nothing is read but names; values come when somebody looks. Throws FormatError when the names do not fit. */
export function readTrace(file: string, checkpoint: Checkpoint, keep: Keep): RecordedTrace {
  const recording = readRecording(file, checkpoint);
  return traceOf(
    recording,
    'file',
    keep,
    (sentence, tensor) => new FormatError(file, sentence, { tensor }),
  );
}

/** What the file holds. Throws FormatError when it is no trace. */
export function readRecording(file: string, checkpoint: Checkpoint): Recording {
  const version = checkpoint.metadata.get(traceMark);
  if (version !== traceVersion) {
    const found = version === undefined ? 'it has no such metadata' : `it says ${version}`;
    throw new FormatError(
      file,
      `expected a trace (metadata ${traceMark} = ${traceVersion}), ${found}`,
    );
  }
  const tensors = new Map<string, Recorded>();
  for (const tensor of checkpoint.tensors.values()) {
    tensors.set(tensor.name, {
      shape: tensor.shape,
      read: (start, count) => readFloat32(tensor, undefined, { start, count }),
    });
  }
  const verdict = verdictOf(checkpoint);
  return {
    model: modelOf(checkpoint),
    tensors,
    labels: labelsOf(file, checkpoint),
    events: eventsOf(checkpoint),
    ...(verdict ? { verdict } : {}),
  };
}

/** `labels.{axis}` for any axis; `tokens.query` and `tokens.key` for the rows and columns of every weighting of tokens. */
function labelsOf(file: string, { metadata }: Checkpoint): Map<string, readonly string[]> {
  const labels = new Map<string, readonly string[]>();
  const take = (key: string, axes: Iterable<string>) => {
    const list = parse(metadata.get(key));
    if (list === undefined && !metadata.has(key)) return;
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
      throw new FormatError(file, `metadata ${key} is not a JSON list of strings`);
    }
    for (const axis of axes) labels.set(axis, list);
  };
  const kinds = [...accessKinds.values()];
  const rows = kinds.map((kind) => kind.rows.id);
  const columns = kinds.map((kind) => kind.columns.id);
  take('tokens.query', [...rows, ...columns]);
  take('tokens.key', columns);
  for (const key of metadata.keys()) {
    if (key.startsWith(labelsMark)) take(key, [key.slice(labelsMark.length)]);
  }
  return labels;
}

function modelOf({ metadata }: Checkpoint): Trace['model'] {
  const { sentence, family, facts } = record(parse(metadata.get('model')));
  return {
    ...(isFacts(facts) ? { facts } : {}),
    sentence: typeof sentence === 'string' ? sentence : (metadata.get('model') ?? 'a trace'),
    family: typeof family === 'string' ? family : '',
  };
}

function isFacts(value: unknown): value is (readonly [string, string])[] {
  const isText = (item: unknown) => typeof item === 'string';
  const isFact = (item: unknown) => Array.isArray(item) && item.length === 2 && item.every(isText);
  return Array.isArray(value) && value.every(isFact);
}

/** Events that have a step, a place and words; others are left out, since anyone may write this file. */
function eventsOf({ metadata }: Checkpoint): TraceEvent[] {
  const list = parse(metadata.get('events'));
  if (!Array.isArray(list)) return [];
  return list.flatMap((item): TraceEvent[] => {
    const { step, of, what, value, origin } = record(item);
    if (typeof step !== 'number' || typeof of !== 'string' || typeof what !== 'string') return [];
    const place = codeOf(origin);
    return [
      {
        step,
        of,
        what,
        ...(typeof value === 'number' ? { value } : {}),
        ...(place ? { origin: place } : {}),
      },
    ];
  });
}

function codeOf(origin: unknown): TraceEvent['origin'] {
  const { kind, file, line } = record(origin);
  const isPlace = kind === 'code' && typeof file === 'string' && Number.isInteger(line);
  return isPlace ? { kind, file, line: Number(line) } : undefined;
}

function verdictOf({ metadata }: Checkpoint): Verdict | undefined {
  const { good, text, told } = record(parse(metadata.get('verdict')));
  const parts = toldOf(told);
  if (typeof good !== 'boolean' || typeof text !== 'string') return undefined;
  return { good, text, ...(parts ? { told: parts } : {}) };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value ? (value as Readonly<Record<string, unknown>>) : {};
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
