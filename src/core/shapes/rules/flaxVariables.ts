/** What flax.nnx keeps arrays in, and where its keys come from. https://flax.readthedocs.io/en/latest/api_reference/flax.nnx/variables.html, …/rnglib.html */
import { fresh, asTensor, known, type Machine } from '../machine';
import { inDialect, type Rule } from '../library';
import { make } from '../tensors';
import {
  argument,
  native,
  unknown,
  type Args,
  type Class,
  type LibraryClass,
  type Value,
} from '../values';
import { dialect } from './jaxDialect';
import { random } from './jaxFunctions';
import { traced } from './jaxTrees';

const isWeight = (name: string): boolean => name === 'Param' || name === 'LoRAParam';

/** A variable is used as the array in it; of anything else it is not known what it does. */
export const variables: ReadonlyMap<string, Class> = new Map(
  ['Param', 'LoRAParam', 'BatchStat', 'Variable', 'Cache', 'Intermediate'].map((name) => {
    const held = (m: Machine, args: Args): Value => {
      const t = asTensor(m, traced(m, argument(args, 0, 'value') ?? unknown), dialect.library);
      return t ? { ...t, ...(isWeight(name) ? { role: 'parameter' as const } : {}) } : unknown;
    };
    return [
      name,
      {
        k: 'class',
        name,
        bases: [],
        members: new Map(),
        library: { make: held, makesDerived: true as const },
      },
    ];
  }),
);

const key = (m: Machine): Value =>
  inDialect(m, dialect, () => make(dialect.library, [], 'key<fry>'));

/** `rngs.params` is a stream: each call of it is a new key, and it draws as `jax.random` does. */
function streamAttribute(name: string): Value | undefined {
  const draw: Rule | undefined = random.get(name);
  return (
    draw &&
    native(name, (m, args) =>
      inDialect(m, dialect, () => draw(m, { ...args, positional: [key(m), ...args.positional] })),
    )
  );
}
const streamLibrary: LibraryClass = {
  call: key,
  attribute: (_, __, name) => streamAttribute(name),
};
const streamClass: Class = {
  k: 'class',
  name: 'RngStream',
  bases: [],
  members: new Map(),
  library: streamLibrary,
};
const instance = (m: Machine, cls: Class): Value => ({
  k: 'object',
  id: fresh(m),
  cls,
  attributes: new Map(),
});
/** Any name is a stream, unless it is a distribution. */
export const rngs: Class = {
  k: 'class',
  name: 'Rngs',
  bases: [],
  members: new Map(),
  library: {
    call: key,
    attribute: (m, _, name) => streamAttribute(name) ?? instance(m, streamClass),
    methods: { fork: (_, self) => self },
    claimed: (m, v) => {
      const given = known(m, v);
      return given.k === 'any' ? instance(m, rngs) : undefined;
    },
  },
};
