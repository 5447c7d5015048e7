/** Which tensors of a checkpoint are the embeddings of an end-to-end memory network (Sukhbaatar et al. 2015). */
import { createReading } from '../../model/reading';
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
  /** Adjacent: T.0 … T.K, or T_0 … T_K. Layer-wise: T_A, T_C. Each [slots, d]. */
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

/** As modules of their own, or in a ModuleList. */
const adjacentAnchor = /^(.*\.|)C([_.])\d{1,2}\.weight$/;
const layerAnchor = /^(.*[./]|)[AB](?:\.weight)?$/;

const mostHops = 100;
const timeNames = ['T.', 'T_'].flatMap((start) =>
  ['', '.weight'].map((end) => (k: number) => `${start}${k}${end}`),
);

export function layoutOf(
  tensors: Tensors,
): { layout?: Layout; problems: readonly string[] } | undefined {
  for (const name of tensors.keys()) {
    const [, prefix, joint = ''] = adjacentAnchor.exec(name) ?? [];
    // A lone `C.0.weight` may be anything.
    const isTable = joint === '_' || tensors.has(`${prefix}C.1.weight`);
    if (prefix !== undefined && isTable) return readAdjacent(tensors, prefix, joint);
    const folder = layerAnchor.exec(name)?.[1];
    if (folder === undefined) continue;
    const found = readLayerWise(tensors, folder, name.endsWith('.weight') ? '.weight' : '');
    if (found) return found;
  }
  return undefined;
}

/** `joint` stands between the letter and the number of a table. */
function readAdjacent(
  tensors: Tensors,
  prefix: string,
  joint: string,
): { layout?: Layout; problems: readonly string[] } {
  const reading = createReading(tensors, prefix);
  const table = (k: number) => `C${joint}${k}.weight`;
  const first = reading.need(table(0), [undefined, undefined]);
  const [vocabulary = 0, width = 0] = first.shape;
  // A table that is missing between others is said; without any other there are no hops.
  const hops = Array.from({ length: mostHops }, (_, k) => k + 1).findLast((k) =>
    reading.has(table(k)),
  );
  if (hops === undefined) reading.problem(`${prefix}${table(1)} is missing: there are no hops`);
  const embeddings = [first];
  for (let k = 1; k <= (hops ?? 0); k++) {
    embeddings.push(reading.need(table(k), [vocabulary, width]));
  }
  const time = timeNames.find((name) => reading.has(name(0)));
  const slots = time && reading.need(time(0), [undefined, width]).shape[0]!;
  const temporal = time ? embeddings.map((_, k) => reading.need(time(k), [slots, width])) : [];
  if (reading.problems.length > 0) return { problems: reading.problems };
  const layout: Layout = {
    variant: 'adjacent',
    title: slots === undefined ? 'adjacent, C_0 … C_K' : 'adjacent with temporal encoding',
    ...{ vocabulary, width, embeddings, temporal },
    hops: embeddings.length - 1,
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
  const tables = ['A', 'B', 'C'].flatMap((letter) => tensors.get(folder + letter + suffix) ?? []);
  const same = new Set(tables.map(({ shape }) => shape.join())).size === 1;
  // One of the four may be missing, which is said; other models have letters of unlike shapes.
  if (tables.length + (tensors.has(`${weights}W${suffix}`) ? 1 : 0) < 3) return undefined;
  if (tables.length < 3 && !same) return undefined;
  const reading = createReading(tensors, '');
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
    (name) =>
      reading.maybe(folder + name, [undefined, width]) ??
      reading.maybe(folder + name + suffix, [undefined, width]) ??
      [],
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
