/** Small questions to pickled instances: their class, their state, whether they are modules. */
import {
  argsOf,
  entriesOf,
  globalName,
  isNode,
  itemsOf,
  type Call,
  type Entries,
  scriptLists,
  type Pickled,
} from './pickleNodes';

/** Constructors without consequence, whose result is a plain value or is walked like one. */
export const harmless: ReadonlySet<string> = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'collections.Counter',
  'collections.deque',
  'builtins.set',
  'builtins.frozenset',
  'builtins.list',
  'builtins.dict',
  'builtins.complex',
  'builtins.bytearray',
  'torch.Size',
  'torch.device',
  'torch.serialization._get_layout',
  ...scriptLists,
  '_codecs.encode',
  'copyreg._reconstructor',
]);

export const isPlain = (value: Pickled) =>
  typeof value === 'number' ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  typeof value === 'bigint';
export const plainJson = (_: string, value: unknown) =>
  typeof value === 'bigint' ? String(value) : value;

/** A key as text; tuples as Python writes them. */
export function keyText(key: Pickled): string {
  if (key === null) return 'None';
  if (key instanceof Uint8Array) return new TextDecoder().decode(key);
  if (!isNode(key)) return String(key);
  if (key.kind === 'tuple')
    return `(${key.items.map((item) => (isNode(item) ? '…' : String(item))).join(', ')})`;
  return globalName(key) ?? '…';
}

/** The class of an instance: protocols 0 and 1 build it by `copyreg._reconstructor(class, object, None)`. */
export function className(call: Call): string | undefined {
  const name = globalName(call.callable);
  if (name !== 'copyreg._reconstructor') return name;
  return globalName(argsOf(call)[0] ?? null);
}

/** What BUILD would have put into `__dict__`; with slots it is a pair of dictionaries. */
export function stateOf(call: Call): Entries | undefined {
  const { state } = call;
  if (state === undefined) return undefined;
  const pair = itemsOf(state);
  if (!pair) return entriesOf(state);
  return [...(entriesOf(pair[0]) ?? []), ...(entriesOf(pair[1]) ?? [])];
}

export const field = (entries: Entries, name: string) => entries.find(([key]) => key === name)?.[1];

export const isModule = (state: Entries) =>
  field(state, '_modules') !== undefined && field(state, '_parameters') !== undefined;
