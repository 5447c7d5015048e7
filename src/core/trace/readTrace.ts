/** A trace from its file form: a safetensors file with the names of `writeTrace.ts`. */
import { FormatError } from '../checkpoint/bytes';
import type { Checkpoint, Tensor } from '../checkpoint/checkpoint';
import { readFloat32 } from '../checkpoint/values';
import { createPyramid, type Pyramid } from '../draw/pyramid';
import { createMatrix } from './matrix';
import type { AccessBlock, Axis, Series, Trace, Transform } from './trace';
import { traceMark, traceVersion } from './writeTrace';

/** Keeps what was read under a key for as long as it has room, else reads it again. */
export type Keep = (key: string, read: () => Promise<Pyramid>) => Promise<Pyramid>;

export function isTrace(checkpoint: Checkpoint): boolean {
  return checkpoint.metadata.has(traceMark);
}

/** Nothing is read but names; values come when somebody looks. Throws FormatError when the names do not fit. */
export function readTrace(file: string, checkpoint: Checkpoint, keep: Keep): Trace {
  const version = checkpoint.metadata.get(traceMark);
  if (version !== traceVersion) {
    const found = version === undefined ? 'it has no such metadata' : `it says ${version}`;
    throw new FormatError(
      file,
      `expected a trace (metadata ${traceMark} = ${traceVersion}), ${found}`,
    );
  }
  const queries = labelsOf(file, checkpoint, 'tokens.query');
  const keys = labelsOf(file, checkpoint, 'tokens.key') ?? queries;
  const axes = new Map<string, Axis>();
  const axis = (id: string, length: number, labels: readonly string[] | undefined): Axis => {
    const name = `${id}.${length}`;
    const known = axes.get(name) ?? tokenAxis(name, length, labels);
    axes.set(name, known);
    return known;
  };
  const blocks: AccessBlock[] = [];
  const series: Series[] = [];
  for (const tensor of checkpoint.tensors.values()) {
    const kind = /^attention\.(.+)$/.exec(tensor.name)?.[1];
    if (kind === undefined) {
      if (tensor.shape.length > 0) series.push(seriesOf(tensor));
      continue;
    }
    const [heads, rows, columns, ...more] = tensor.shape;
    if (heads === undefined || rows === undefined || columns === undefined || more.length > 0) {
      const shape = tensor.shape.join(', ');
      throw new FormatError(file, `expected [heads, queries, keys], found [${shape}]`, {
        tensor: tensor.name,
      });
    }
    const layer = Number(/\.(\d+)$/.exec(kind)?.[1] ?? 0);
    for (let head = 0; head < heads; head++) {
      const pyramid = (transform: Transform): Promise<Pyramid> => {
        const { hideFirst, perRow } = transform;
        const key = `${kind}.${head} ${hideFirst} ${perRow}`;
        return keep(key, () => readHead(tensor, head, transform));
      };
      blocks.push({
        id: `${kind}.${head}`,
        act: 'read',
        layer,
        head,
        rows: axis('queries', rows, queries),
        columns: axis('keys', columns, keys),
        weighting: createMatrix({ shape: [rows, columns], pyramid }),
        normalised: 'rows',
        stages: new Map(),
        scalars: new Map(),
        vectors: new Map(),
      });
    }
  }
  return {
    model: modelOf(checkpoint),
    source: 'file',
    axes: [...axes.values()],
    blocks,
    series,
    events: [],
    state: { kind: 'done', milliseconds: 0 },
    on: () => ({ dispose: () => undefined }),
  };
}

async function readHead(tensor: Tensor, head: number, transform: Transform): Promise<Pyramid> {
  const [, rows = 0, columns = 0] = tensor.shape;
  const count = rows * columns;
  const data = await readFloat32(tensor, undefined, { start: head * count, count });
  return createPyramid({ rows, columns, data }, transform);
}

function tokenAxis(id: string, length: number, labels: readonly string[] | undefined): Axis {
  return {
    id,
    kind: 'token',
    length,
    // Labels of another length belong to another axis of the file.
    label: (index) => (labels?.length === length ? labels[index] : undefined) ?? String(index),
  };
}

function seriesOf(tensor: Tensor): Series {
  const [length = 0, ...shape] = tensor.shape;
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const steps: Axis = { id: `steps.${length}`, kind: 'step', length, label: String };
  return {
    name: tensor.name,
    steps,
    shape,
    at: (step) => readFloat32(tensor, undefined, { start: step * count, count }),
  };
}

/** A JSON list of strings under a metadata key; undefined when it is not there. */
function labelsOf(file: string, { metadata }: Checkpoint, key: string): string[] | undefined {
  const text = metadata.get(key);
  if (text === undefined) return undefined;
  const list = parse(text);
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
    throw new FormatError(file, `metadata ${key} is not a JSON list of strings`);
  }
  return list;
}

function modelOf({ metadata }: Checkpoint): Trace['model'] {
  const model = parse(metadata.get('model') ?? '');
  const { sentence, family } = (typeof model === 'object' && model ? model : {}) as Record<
    string,
    unknown
  >;
  return {
    sentence: typeof sentence === 'string' ? sentence : (metadata.get('model') ?? 'a trace'),
    family: typeof family === 'string' ? family : '',
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
