/** Layers that take words: lookups, vectorizers, encodings. https://keras.io/api/layers/preprocessing_layers */
import { asInt, dimsOf, known, unknownSize, type Machine } from '../machine';
import { constantOf, type Poly } from '../poly';
import { editShape, vague, withDtype, withShape } from '../tensors';
import {
  none,
  string,
  unknown,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { appended, spreadNames, truthy } from './array/common';
import { onValue } from './kerasBase';
import { kept, keptInt } from './layers/layer';
import { tensor } from './tensorflowCommon';

type Run = (m: Machine, self: Obj, t: Tensor) => Value;
/** Such layers take strings, numbers and lists of them as well as tensors. */
const ofData = (signature: string, run: Run): LibraryClass => {
  const made = onValue(signature, (m, self, given) => {
    const t = tensor(m, given);
    return t ? run(m, self, t) : unknown;
  });
  return {
    ...made,
    methods: {
      ...made.methods,
      adapt: () => none,
      get_vocabulary: () => ({ k: 'many', item: string() }),
      vocabulary_size: (m) => m.unknownInteger(),
      set_vocabulary: () => none,
    },
  };
};

const modeOf = (m: Machine, self: Obj): string | undefined => {
  const mode = known(m, kept(self, 'output_mode'));
  return mode.k === 'string' ? mode.value : undefined;
};

/** A vector for each item, or for each row of one item. */
function oneHot(m: Machine, t: Tensor, width: Poly): Value {
  const dims = dimsOf(m, t);
  const last = dims?.at(-1);
  const size = last && constantOf(last);
  if (dims && (dims.length === 0 || (size !== undefined && size !== 1)))
    return withDtype(appended(m, t, width), 'float32');
  return size === 1 ? counted(m, t, width) : withDtype(vague(m, t), 'float32');
}
/** One vector for each row. */
function counted(m: Machine, t: Tensor, width: Poly): Tensor {
  const shape = editShape(m, t, -1, () => [width]);
  return withDtype(shape ? withShape(t, shape) : vague(m, t), 'float32');
}

/** One number for each item, or with other modes a vector as wide as the vocabulary. */
const lookup = (signature: string): LibraryClass =>
  ofData(signature, (m, self, t) => {
    const mode = modeOf(m, self);
    if (mode === 'int') return withDtype(t, truthy(m, kept(self, 'invert')) ? 'string' : 'int64');
    const width = keptInt(m, self, 'num_bins') ?? unknownSize(m);
    if (mode === undefined) return vague(m, t);
    return mode === 'one_hot' ? oneHot(m, t, width) : counted(m, t, width);
  });

/** Each text as a row of numbers; a column of texts is a list of them. */
const vectorizer: LibraryClass = ofData(
  'max_tokens=None standardize=lower split=whitespace ngrams=None output_mode=int output_sequence_length=None',
  (m, self, t) => {
    const rank = dimsOf(m, t)?.length;
    const mode = modeOf(m, self);
    if (rank === undefined || rank > 2 || mode === undefined) return unknown;
    const width =
      (mode === 'int' ? asInt(m, kept(self, 'output_sequence_length')) : undefined) ??
      unknownSize(m);
    const rows = rank === 2 ? counted(m, t, width) : appended(m, t, width);
    return withDtype(rows, mode === 'int' ? 'int64' : 'float32');
  },
);

export const textLayers = spreadNames<LibraryClass>({
  StringLookup: lookup(
    'max_tokens=None num_oov_indices=1 mask_token=None oov_token=[UNK] vocabulary=None idf_weights=None invert=False output_mode=int',
  ),
  IntegerLookup: lookup(
    'max_tokens=None num_oov_indices=1 mask_token=None oov_token=-1 vocabulary=None vocabulary_dtype=int64 idf_weights=None invert=False output_mode=int',
  ),
  Hashing: lookup('num_bins mask_value=None salt=None output_mode=int'),
  Discretization: lookup('bin_boundaries=None num_bins=None epsilon=None output_mode=int'),
  TextVectorization: vectorizer,
  CategoryEncoding: ofData('num_tokens=None output_mode=multi_hot', (m, self, t) => {
    const width = keptInt(m, self, 'num_tokens') ?? unknownSize(m);
    return modeOf(m, self) === 'one_hot' ? oneHot(m, t, width) : counted(m, t, width);
  }),
});
