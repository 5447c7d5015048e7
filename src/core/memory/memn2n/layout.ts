/** Which tensors of a checkpoint are the embeddings of an end-to-end memory network (Sukhbaatar et al. 2015). */
import { type Reading, createReading, wrappers } from '../../model/reading';
import type { Tensors, TensorShape } from '../../model/architecture';

export type Variant = 'adjacent' | 'layer-wise';

export interface Layout {
  readonly variant: Variant;
  /** Where the layout is from, for facts. */
  readonly title: string;
  readonly vocabulary: number;
  readonly width: number;
  /** Hops where the checkpoint tells them: adjacent tying has one table more. */
  readonly hops?: number;
  /** Rows of the temporal encoding, the most sentences; undefined without one. */
  readonly slots?: number;
  /** Adjacent: C_0 … C_K. Layer-wise: A, B, C. Each [V, d]. */
  readonly embeddings: readonly TensorShape[];
  /** Adjacent: T.0 … T.K. Layer-wise: T_A, T_C. Each [slots, d]. */
  readonly temporal: readonly TensorShape[];
  /** [d, d], how u is carried from hop to hop; `transposed` when it stands on the right of u. */
  readonly carry?: TensorShape;
  /** Output matrix: [V, d], or [d, V] when `transposed`; adjacent ties it to the last table. */
  readonly output?: TensorShape;
  readonly transposed: boolean;
  /** The defaults of this code: how words are weighted, how empty slots are left out. */
  readonly encoding: 'position' | 'position-last' | 'position-wide' | 'words';
  readonly empty: 'masked' | 'zero-score' | 'kept';
  readonly relu: boolean;
}

const adjacentAnchor = new RegExp(`^(${wrappers})C_0\\.weight$`);
const layerAnchor = new RegExp(`^(${wrappers}|.*/)A(?:\\.weight)?$`);

export function layoutOf(
  tensors: Tensors,
): { layout?: Layout; problems: readonly string[] } | undefined {
  for (const name of tensors.keys()) {
    const adjacent = adjacentAnchor.exec(name)?.[1];
    if (adjacent !== undefined) return readAdjacent(createReading(tensors, adjacent));
    const folder = layerAnchor.exec(name)?.[1];
    if (folder === undefined) continue;
    const found = readLayerWise(tensors, folder, name.endsWith('.weight') ? '.weight' : '');
    if (found) return found;
  }
  return undefined;
}

function readAdjacent(reading: Reading): { layout?: Layout; problems: readonly string[] } {
  const first = reading.need('C_0.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = first.shape;
  const embeddings = [first];
  while (reading.has(`C_${embeddings.length}.weight`)) {
    embeddings.push(reading.need(`C_${embeddings.length}.weight`, [vocabulary, width]));
  }
  const hops = embeddings.length - 1;
  if (hops === 0) reading.problem('C_1.weight is missing: there are no hops');
  const slots = reading.has('T.0') ? reading.need('T.0', [undefined, width]).shape[0]! : undefined;
  const temporal =
    slots === undefined ? [] : embeddings.map((_, k) => reading.need(`T.${k}`, [slots, width]));
  if (reading.problems.length > 0) return { problems: reading.problems };
  const layout: Layout = {
    variant: 'adjacent',
    title: slots === undefined ? 'adjacent, C_0 … C_K' : 'adjacent with temporal encoding',
    ...{ vocabulary, width, hops, embeddings, temporal },
    ...(slots === undefined ? {} : { slots }),
    transposed: false,
    encoding: slots === undefined ? 'position-last' : 'position',
    empty: slots === undefined ? 'kept' : 'masked',
    relu: false,
  };
  return { layout, problems: [] };
}

/** `{folder}A`, B, C and beside them, or in the TensorFlow layout in `Weights/`, H and W. */
function readLayerWise(
  tensors: Tensors,
  folder: string,
  suffix: string,
): { layout?: Layout; problems: readonly string[] } | undefined {
  const isTensorFlow = folder.endsWith('Embeddings/');
  const weights = isTensorFlow ? folder.replace(/Embeddings\/$/, 'Weights/') : folder;
  const known = ['B', 'C'].every((letter) => tensors.has(folder + letter + suffix));
  const reading = createReading(tensors, '');
  if (!known || !tensors.has(`${weights}W${suffix}`)) return undefined;
  const first = reading.need(`${folder}A${suffix}`, [undefined, undefined]);
  const [vocabulary = 0, width = 0] = first.shape;
  const embeddings = [
    first,
    ...['B', 'C'].map((letter) => reading.need(folder + letter + suffix, [vocabulary, width])),
  ];
  const transposed = suffix === '';
  const output = reading.need(
    `${weights}W${suffix}`,
    transposed ? [width, vocabulary] : [vocabulary, width],
  );
  const carry = reading.maybe(`${weights}H${suffix}`, [width, width]);
  const temporal = ['T_A', 'T_C'].flatMap(
    (name) => reading.maybe(folder + name, [undefined, width]) ?? [],
  );
  if (temporal.length === 1) reading.problem(`${folder}T_A and T_C: one of them is missing`);
  if (reading.problems.length > 0) return { problems: reading.problems };
  const layout: Layout = {
    variant: 'layer-wise',
    title: isTensorFlow ? 'layer-wise, TensorFlow names' : 'layer-wise',
    ...{ vocabulary, width, embeddings, temporal, output, transposed },
    ...(temporal[0] ? { slots: temporal[0].shape[0]! } : {}),
    ...(carry ? { carry } : {}),
    encoding: isTensorFlow ? 'position-wide' : 'position',
    empty: isTensorFlow ? 'zero-score' : 'masked',
    relu: isTensorFlow && carry !== undefined,
  };
  return { layout, problems: [] };
}
