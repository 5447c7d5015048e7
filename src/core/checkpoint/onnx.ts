/** ONNX: the initialisers of a graph, its subgraphs and functions (github.com/onnx/onnx/blob/main/docs/IR.md). */
import { FormatError, quoted, type ByteSource, type Folder } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import { readEntries, readTensorProto, type OnnxFiles } from './onnxTensor';
import { paged } from './pages';
import { fieldText, lastValue, readFields, type Field } from './protobuf';

/** Loops in branches in loops: exporters stop at three or four. */
const maxDepth = 32;
/** Every one is an open file; some exporters write one for each tensor. */
const maxExternal = 1000;

export const onnx: Format = {
  name: 'ONNX',
  extensions: ['.onnx'],
  match: ({ name }) => (name.toLowerCase().endsWith('.onnx') ? 'name' : 'no'),
  async open(source, folder) {
    const walk = startWalk(source, folder);
    const { headers } = walk;
    const model = await readFields(headers);
    const graphs = model.filter(({ number }) => number === 7);
    const functions = model.filter(({ number }) => number === 25);
    if (!graphs.length && !functions.length) {
      throw new FormatError(source.name, 'the model has no graph', { byte: 0 });
    }
    for (const graph of graphs) await readGraph(walk, graph, '', 0);
    for (const { start, end } of functions) {
      const fields = await readFields(headers, start, end);
      await readNodes(walk, fields, 7, `${await textOf(headers, fields, 1)}.`, 0);
    }
    for (const { start, end } of model.filter(({ number }) => number === 20)) {
      const training = await readFields(headers, start, end);
      for (const graph of training.filter(({ number }) => number === 1 || number === 2)) {
        await readGraph(walk, graph, graph.number === 1 ? 'initialization.' : 'algorithm.', 0);
      }
    }
    const { tensors, files, warnings, metadata } = walk;
    await describe(walk, model);
    return { format: 'ONNX', metadata, tensors, files, warnings } satisfies Checkpoint;
  },
};

/** What a walk through a model gathers. */
interface Walk extends OnnxFiles {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Map<string, string>;
  readonly files: { readonly name: string; readonly size: number }[];
  readonly warnings: string[];
  nodes: number;
  /** Constants that are arguments of operators, not weights. */
  arguments: number;
}

function startWalk(source: ByteSource, folder: Folder): Walk {
  const opened = new Map<string, Promise<ByteSource | FormatError>>();
  const files = [{ name: source.name, size: source.size }];
  const warnings: string[] = [];
  const open = async (location: string): Promise<ByteSource | FormatError> => {
    try {
      const file = await folder.open(location);
      files.push({ name: file.name, size: file.size });
      return file;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      warnings.push(`External data ${quoted(location)} cannot be read: ${error.message}.`);
      return error;
    }
  };
  const external = async (location: string) => {
    let file = opened.get(location);
    if (!file) {
      if (opened.size === maxExternal) {
        return new FormatError(source.name, `more than ${maxExternal} files`);
      }
      opened.set(location, (file = open(location)));
    }
    return file;
  };
  const walk = { source, headers: paged(source), external, files, warnings };
  return { ...walk, tensors: new Map(), metadata: new Map(), nodes: 0, arguments: 0 };
}

/** GraphProto: 1 = node, 5 = initializer, 15 = sparse_initializer { 1 = values, 2 = indices }. */
async function readGraph(walk: Walk, { start, end }: Field, scope: string, depth: number) {
  if (depth > maxDepth) {
    throw new FormatError(walk.source.name, `subgraphs nest deeper than ${maxDepth} levels`, {
      byte: start,
    });
  }
  const fields = await readFields(walk.headers, start, end);
  for (const field of fields) {
    if (field.number === 5) {
      add(walk, await readTensorProto(walk, field, (own) => scope + own), scope !== '');
    } else if (field.number === 15) {
      const parts = await readFields(walk.headers, field.start, field.end);
      let sparse = '';
      for (const part of parts.filter(({ number }) => number === 1 || number === 2)) {
        const kind = part.number === 1 ? 'values' : 'indices';
        // Only the values carry the name; they come first.
        const rename = (own: string) => `${scope}${(sparse ||= own)}.${kind}`;
        add(walk, await readTensorProto(walk, part, rename), scope !== '');
      }
    }
  }
  await readNodes(walk, fields, 1, scope, depth);
}

/** Scopes are made of names of nodes, which need not differ; the names in a graph must. */
function add({ tensors, source }: Walk, tensor: Tensor, scoped: boolean): void {
  let { name } = tensor;
  if (tensors.has(name) && !scoped) {
    throw new FormatError(source.name, 'it is there twice', { tensor: name });
  }
  for (let copy = 2; tensors.has(name); copy++) name = `${tensor.name}#${copy}`;
  tensors.set(name, { ...tensor, name });
}

/** NodeProto: 2 = output, 3 = name, 4 = operator, 5 = attribute; these nodes are fields `wanted` of theirs. */
async function readNodes(
  walk: Walk,
  fields: readonly Field[],
  wanted: number,
  scope: string,
  depth: number,
): Promise<void> {
  const { headers } = walk;
  for (const { number, start, end } of fields) {
    if (number !== wanted) continue;
    walk.nodes++;
    const node = await readFields(headers, start, end);
    for (const field of node) {
      if (field.number === 5) await readAttribute(walk, field, { node, scope, depth });
    }
  }
}

interface Place {
  readonly node: readonly Field[];
  readonly scope: string;
  readonly depth: number;
}

/** AttributeProto: 1 = name, 5 = tensor, 6 = graph, 11 = graphs. */
async function readAttribute(
  walk: Walk,
  { start, end }: Field,
  { node, scope, depth }: Place,
): Promise<void> {
  const { headers } = walk;
  const fields = await readFields(headers, start, end);
  for (const field of fields) {
    if (field.number === 6 || field.number === 11) {
      const owner = (await textOf(headers, node, 3)) || (await textOf(headers, node, 2));
      const inner = `${scope}${owner}.${await textOf(headers, fields, 1)}.`;
      await readGraph(walk, field, inner, depth + 1);
    } else if (field.number === 5 && (await textOf(headers, node, 4)) === 'Constant') {
      const output = await textOf(headers, node, 2);
      const tensor = await readTensorProto(walk, field, (own) => scope + (own || output));
      const isInteger = /^u?int|^bool/.test(tensor.dtype);
      if (!tensor.shape.length || (tensor.shape.length === 1 && isInteger)) walk.arguments++;
      else add(walk, tensor, true);
    }
  }
}

/** ModelProto: 1 = ir_version, 2 to 6 = texts and version, 8 = opset_import, 14 = metadata_props. */
async function describe(walk: Walk, model: readonly Field[]): Promise<void> {
  const { metadata, headers } = walk;
  const put = (key: string, value: string) => {
    if (value) metadata.set(key, value);
  };
  put('ir_version', String(lastValue(model, 1)));
  for (const [number, key] of texts) put(key, await textOf(headers, model, number));
  put('model_version', String(lastValue(model, 5) || ''));
  for (const { number, start, end } of model) {
    if (number !== 8) continue;
    const opset = await readFields(headers, start, end);
    const domain = (await textOf(headers, opset, 1)) || 'ai.onnx';
    put(`opset.${domain}`, String(lastValue(opset, 2)));
  }
  put('nodes', String(walk.nodes));
  if (walk.arguments) put('constants not listed', `${walk.arguments} scalars and integer vectors`);
  for (const [key, value] of await readEntries(headers, model, 14)) metadata.set(key, value);
}

const texts = [
  [2, 'producer_name'],
  [3, 'producer_version'],
  [4, 'domain'],
  [6, 'doc_string'],
] as const;

/** The last text of that number; empty when there is none. */
async function textOf(source: ByteSource, fields: readonly Field[], number: number) {
  const field = fields.findLast((candidate) => candidate.number === number);
  return field ? fieldText(source, field) : '';
}
