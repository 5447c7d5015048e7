/** Strings in tensors. https://www.tensorflow.org/api_docs/python/tf/strings */
import { type Rule } from '../library';
import { unknownSize } from '../machine';
import { axesOf, reduceShape, vague, withDtype, withShape } from '../tensors';
import { argument } from '../values';
import { appended, spreadNames, truthy } from './array/common';
import { onData, typeAt } from './tensorflowCommon';

const text = 'string';
const each = (dtype: string): Rule => onData((_, t) => withDtype(t, dtype));
/** A ragged tensor: of each string as many parts as it has. */
const parts = (dtype: string): Rule =>
  onData((m, t) => withDtype(appended(m, t, unknownSize(m)), dtype));

const joined: Rule = onData((m, t, args) => {
  const axis = argument(args, 0, 'axis');
  const axes = axis && axesOf(m, axis);
  const shape =
    axis && !axes ? undefined : reduceShape(m, t, axes, truthy(m, args.keyword.get('keepdims')));
  return withDtype(shape ? withShape(t, shape) : vague(m, t), text);
});

export const strings = spreadNames<Rule>({
  'lower upper strip regex_replace substr as_string unicode_transcode format': each(text),
  'length unicode_script to_hash_bucket to_hash_bucket_fast to_hash_bucket_strong': each('int64'),
  regex_full_match: each('bool'),
  'split bytes_split unicode_split ngrams': parts(text),
  unicode_decode: parts('int32'),
  to_number: onData((m, t, args) => withDtype(t, typeAt(m, args, 0) ?? 'float32')),
  reduce_join: joined,
});
