/** Methods of Python's own strings, lists, tuples, dicts and numbers. */
import { itemOf, join } from '../join';
import { asNumber, fresh, known, write, type Machine } from '../machine';
import { bool, list, native, none, string, tuple, unknown, type Args, type Value } from '../values';
import { elements } from './sequences';

type Sequence = Extract<Value, { k: 'sequence' | 'many' }>;
type Dict = Extract<Value, { k: 'dict' }>;

export function builtinMethod(m: Machine, v: Value, name: string): Value | undefined {
  const run = (call: (m: Machine, args: Args) => Value) => native(name, call);
  if (v.k === 'string') return stringMethod(v, name);
  if (v.k === 'dict') return dictMethod(v, name, run);
  if (v.k === 'sequence' || v.k === 'many') return sequenceMethod(m, v, name, run);
  if (v.k === 'shape' && name === 'numel') return run(() => m.unknownInteger());
  if (v.k === 'int' && name === 'bit_length') return run(() => m.unknownInteger());
  if (v.k === 'function' || v.k === 'method' || v.k === 'native') return unknown;
  return undefined;
}

function stringMethod(v: Extract<Value, { k: 'string' }>, name: string): Value {
  const value = v.value;
  if (value === undefined) {
    return native(name, () =>
      /^(split|splitlines)$/.test(name)
        ? { k: 'many', item: string() }
        : /^(starts|ends)with$|^is/.test(name)
          ? bool()
          : string(),
    );
  }
  const text = (args: Args, index: number): string | undefined => {
    const arg = args.positional[index];
    return arg?.k === 'string' ? arg.value : undefined;
  };
  switch (name) {
    case 'lower':
      return native(name, () => string(value.toLowerCase()));
    case 'upper':
      return native(name, () => string(value.toUpperCase()));
    case 'strip':
      return native(name, () => string(value.trim()));
    case 'startswith':
    case 'endswith':
      return native(name, (_, args) => {
        const part = text(args, 0);
        return bool(
          part === undefined
            ? undefined
            : name === 'endswith'
              ? value.endsWith(part)
              : value.startsWith(part),
        );
      });
    case 'split':
      return native(name, (_, args) => {
        const by = text(args, 0);
        const parts = by === undefined ? value.trim().split(/\s+/) : value.split(by);
        return list(parts.map((part) => string(part)));
      });
    default:
      return native(name, () =>
        name === 'join' || name === 'format' || name === 'replace' ? string() : unknown,
      );
  }
}

type Run = (call: (m: Machine, args: Args) => Value) => Value;
function dictMethod(v: Dict, name: string, run: Run): Value {
  const values = [...v.entries.values(), ...(v.other ? [v.other] : [])];
  const keys = [...v.entries.keys()].map((key) => string(key));
  const key = (args: Args): string | undefined => {
    const arg = args.positional[0];
    return arg?.k === 'string' ? arg.value : arg?.k === 'int' ? arg.value.key : undefined;
  };
  switch (name) {
    case 'values':
      return run((m) =>
        v.other ? { k: 'many', item: values.reduce((a, b) => join(m, a, b)) } : list(values),
      );
    case 'keys':
      return run(() => (v.other ? { k: 'many', item: string() } : list(keys)));
    case 'items':
      return run((m) =>
        v.other
          ? { k: 'many', item: tuple([string(), values.reduce((a, b) => join(m, a, b))]) }
          : list(values.map((value, index) => tuple([keys[index]!, value]))),
      );
    case 'get':
    case 'pop':
    case 'setdefault':
      return run((_, args) => {
        const wanted = key(args);
        return (
          (wanted !== undefined ? v.entries.get(wanted) : undefined) ??
          (v.other || wanted === undefined ? unknown : (args.positional[1] ?? none))
        );
      });
    case 'update':
      return run((m, args) => {
        m.impure = true;
        const other = args.positional[0] && known(m, args.positional[0]);
        if (other?.k === 'dict')
          for (const [k, value] of other.entries) write(m, v.entries, k, value);
        else if (other) fillIn(m, v);
        for (const [k, value] of args.keyword) write(m, v.entries, k, value);
        return none;
      });
    case 'copy':
      return run(() => ({ ...v, entries: new Map(v.entries) }));
    default: {
      // A dict whose entries are read as attributes (EasyDict, namespaces).
      return v.entries.get(name) ?? run(() => unknown);
    }
  }
}

/** Of what it is not known what it holds, it holds what was left None so far. */
function fillIn(m: Machine, { entries }: Dict): void {
  for (const [name, value] of entries)
    if (value.k === 'none') write(m, entries, name, { k: 'any', id: fresh(m), name });
}

/** Lists are values here: a method that changes one puts a new value where the old one was held. */
function sequenceMethod(m: Machine, v: Sequence, name: string, run: Run): Value {
  const replace = (next: Value): Value => {
    m.replaceValue(v, next);
    return none;
  };
  switch (name) {
    case 'append':
      return run((_, args) => {
        const item = args.positional[0] ?? unknown;
        return replace(
          v.k === 'sequence' && v.items.length < 64
            ? { ...v, items: [...v.items, item] }
            : { k: 'many', item: join(m, itemOf(m, v) ?? item, item) },
        );
      });
    case 'extend':
      return run((machine, args) => {
        const more = elements(machine, args.positional[0] ?? unknown);
        if (v.k === 'sequence' && more.items)
          return replace({ ...v, items: [...v.items, ...more.items] });
        const item = more.item ?? itemOf(machine, list(more.items ?? [])) ?? unknown;
        const mine = itemOf(machine, v);
        return replace({ k: 'many', item: mine ? join(machine, mine, item) : item });
      });
    case 'insert':
      return run((machine, args) => {
        const item = args.positional[1] ?? unknown;
        const at = asNumber(machine, args.positional[0]);
        return replace(
          v.k === 'sequence' && at !== undefined
            ? { ...v, items: v.items.toSpliced(at, 0, item) }
            : { k: 'many', item: join(machine, itemOf(machine, v) ?? item, item) },
        );
      });
    case 'pop':
      return run((machine, args) => {
        const at = args.positional[0] ? asNumber(machine, args.positional[0]) : -1;
        if (v.k !== 'sequence' || at === undefined) return itemOf(machine, v) ?? unknown;
        const place = at < 0 ? v.items.length + at : at;
        replace({ ...v, items: v.items.filter((_, index) => index !== place) });
        return v.items[place] ?? unknown;
      });
    case 'reverse':
      return run(() =>
        v.k === 'sequence' ? replace({ ...v, items: v.items.toReversed() }) : none,
      );
    case 'index':
    case 'count':
      return run(() => m.unknownInteger());
    case 'copy':
      return run(() => v);
    case 'numel':
      return run(() => m.unknownInteger());
    default:
      return run(() => none);
  }
}
