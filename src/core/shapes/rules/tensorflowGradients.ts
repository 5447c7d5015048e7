/** What training needs: gradients of the shapes of what they are taken for. https://www.tensorflow.org/api_docs/python/tf/GradientTape */
import { type Rule } from '../library';
import { known, type Machine } from '../machine';
import { make, withShape } from '../tensors';
import {
  argument,
  none,
  tuple,
  unknown,
  type Class,
  type LibraryClass,
  type Value,
} from '../values';

const LIBRARY = 'tensorflow';

/** For each of the sources, in the same structure, a tensor like it. */
function alike(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'tensor') return { ...withShape(v, v.shape), library: LIBRARY };
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => alike(m, item)) };
  return v.k === 'many' ? { ...v, item: alike(m, v.item) } : unknown;
}

const library: LibraryClass = {
  init: () => undefined,
  methods: {
    gradient: (m, _, args) => alike(m, argument(args, 1, 'sources') ?? unknown),
    watch: () => none,
    reset: () => none,
    __enter__: (_, self) => self,
  },
};
export const gradientTape: Class = {
  k: 'class',
  name: 'GradientTape',
  bases: [],
  members: new Map(),
  library,
};

/** clip_by_global_norm(list, norm): the list, and what its norm was. */
export const clipByGlobalNorm: Rule = (m, args) =>
  tuple([alike(m, args.positional[0] ?? unknown), make(LIBRARY, [], 'float32')]);
