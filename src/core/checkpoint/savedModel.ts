/** TensorFlow SavedModel: saved_model.pb beside a checkpoint in variables/ (tensorflow/core/protobuf/saved_model.proto). */
import { FormatError, type ByteSource } from './bytes';
import type { Checkpoint, Format } from './checkpoint';
import { fieldText, readFields, type Field } from './protobuf';
import { openBundle } from './tensorflow';

export const savedModel: Format = {
  name: 'TensorFlow SavedModel',
  extensions: ['saved_model.pb'],
  match: ({ name }) => (name.toLowerCase() === 'saved_model.pb' ? 'name' : 'no'),
  async open(source, folder) {
    const metadata = await readMetadata(source);
    const file = { name: source.name, size: source.size };
    const format = 'TensorFlow SavedModel';
    let index: ByteSource;
    try {
      index = await folder.open('variables/variables.index');
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const warnings = [`The model has no variables: ${error.message}.`];
      return { format, metadata, tensors: new Map(), files: [file], warnings } satisfies Checkpoint;
    }
    const bundle = await openBundle(index, folder);
    return { ...bundle, format, metadata, files: [file, ...bundle.files] } satisfies Checkpoint;
  },
};

/**
 * Tags, version and signatures; the graph is skipped. SavedModel: 2 = MetaGraphDef { 1 = info
 * { 4 = tag, 5 = TensorFlow version }, 5 = signature { 1 = name } }.
 */
async function readMetadata(source: ByteSource): Promise<Map<string, string>> {
  const inside = async (fields: readonly Field[], number: number): Promise<Field[]> => {
    const found: Field[] = [];
    for (const { start, end } of fields.filter((field) => field.number === number)) {
      found.push(...(await readFields(source, start, end)));
    }
    return found;
  };
  const texts = async (fields: readonly Field[], number: number): Promise<string> => {
    const wanted = fields.filter((field) => field.number === number);
    return (await Promise.all(wanted.map((field) => fieldText(source, field)))).join(', ');
  };
  const graphs = await inside(await readFields(source), 2);
  const info = await inside(graphs, 1);
  const facts: readonly (readonly [string, string])[] = [
    ['tags', await texts(info, 4)],
    ['tensorflow_version', await texts(info, 5)],
    ['signatures', await texts(await inside(graphs, 5), 1)],
  ];
  return new Map(facts.filter(([, text]) => text !== ''));
}
