/** From a pickled object to named tensors: dictionaries, lists, modules and instances are walked. */
import { FormatError, quoted } from './bytes';
import type { Tensor } from './checkpoint';
import { numpyScalar } from './numpyObjects';
import {
  argsOf,
  entriesOf,
  globalName,
  isNode,
  itemsOf,
  type Call,
  type Entries,
  type Pickled,
} from './pickleNodes';
import {
  className,
  field,
  harmless,
  isModule,
  isPlain,
  keyText,
  plainJson,
  stateOf,
} from './torchInstances';
import type { Storages } from './torchStorage';
import { rebuild, rebuildsTensor, type Nameless } from './torchTensors';

/** What a pickled object holds. */
export interface Contents {
  readonly tensors: Map<string, Tensor>;
  /** Numbers, texts and class names by their path, as hyper-parameters are kept. */
  readonly metadata: Map<string, string>;
  readonly warnings: string[];
}

/** Shared lists have more paths than objects: 10^30 fit into a kilobyte. */
const maxVisits = 1_000_000;
/** Deeper than any module tree, far from the end of the stack. */
const maxDepth = 400;
/** Hyper-parameters, not data sets. */
const maxMetadata = 10_000;
const maxText = 10_000;

/** Metadata key: which releases can have written the file, where that is known. */
export const savedByMark = '__saved_by__';
/** PyTorch 0.4 wrote `_rebuild_tensor_v2`. */
const oldRebuild = 'torch._utils._rebuild_tensor';

/** Walks `root` and lists every tensor under its path, parts joined with ".". */
export function walk(root: Pickled, storages: Storages): Contents {
  const tensors = new Map<string, Tensor>();
  const metadata = new Map<string, string>();
  /** Remark → where it was first due, and how often. */
  const remarks = new Map<string, { readonly first: string; count: number }>();
  const active = new Set<Pickled>();
  let visits = 0;

  const remark = (text: string, path: string) => {
    const known = remarks.get(text);
    if (known) known.count++;
    else remarks.set(text, { first: path, count: 1 });
  };
  const add = (name: string, tensor: Nameless) => {
    if (tensors.has(name)) remark('Only the first of two tensors of this name is listed', name);
    else tensors.set(name, { ...tensor, name, file: storages.file });
  };
  const note = (path: string, text: string) => {
    if (metadata.size < maxMetadata) metadata.set(path, text.slice(0, maxText));
  };
  const join = (path: string, key: string | number) => (path ? `${path}.${key}` : String(key));

  const visit = (value: Pickled, path: string): void => {
    if (++visits > maxVisits) {
      throw new FormatError(storages.file, `the pickled object has more than ${maxVisits} paths`);
    }
    if (!isNode(value)) {
      if (value !== null && !(value instanceof Uint8Array)) note(path, String(value));
      return;
    }
    if (value.kind === 'global') return note(path, value.name);
    if (value.kind === 'persistent') return;
    if (active.has(value)) return;
    if (active.size >= maxDepth) {
      throw new FormatError(
        storages.file,
        `the pickled object nests deeper than ${maxDepth} levels`,
      );
    }
    active.add(value);
    if (value.kind === 'dict') visitEntries(value.entries, path);
    else if (value.kind === 'call') visitCall(value, path);
    else visitItems(value.items, path);
    active.delete(value);
  };

  const visitEntries = (entries: Entries, path: string) => {
    for (const [key, value] of entries) visit(value, join(path, keyText(key)));
  };

  const visitItems = (items: readonly Pickled[], path: string) => {
    if (items.length && items.every(isPlain)) return note(path, JSON.stringify(items, plainJson));
    items.forEach((item, index) => visit(item, join(path, index)));
  };

  const visitCall = (call: Call, path: string) => {
    const rebuilt = rebuildAt(call, path);
    if (rebuilt && 'parts' in rebuilt) {
      note(path, rebuilt.layout);
      for (const [part, tensor] of rebuilt.parts) add(join(path, part), tensor);
      return;
    }
    if (rebuilt) {
      if (globalName(call.callable) === oldRebuild)
        metadata.set(savedByMark, 'PyTorch 0.3 or older');
      return add(path || 'tensor', rebuilt);
    }
    const scalar = numpyScalar(call);
    if (scalar !== undefined) return note(path, String(scalar));
    const name = className(call) ?? 'something';
    const state = stateOf(call);
    if (state && isModule(state)) {
      note(join(path, '__class__'), name);
      return visitModule(state, path);
    }
    if (!call.instance && !harmless.has(name) && name === globalName(call.callable)) {
      remark(`${name} is not known and was not called`, path);
      note(path, `${name}(…)`);
    } else if (rebuildsTensor(call)) {
      remark(`${name} has unexpected arguments and is left out`, path);
    } else if (call.instance) {
      note(join(path, '__class__'), name);
    }
    // A named tuple is made of its items.
    const made = call.instance && !state ? argsOf(call) : [];
    visitItems(call.items ?? itemsOf(call) ?? made, path);
    visitEntries(entriesOf(call) ?? [], path);
    // The state of an OrderedDict is state_dict's `_metadata`: versions of module classes.
    if (!harmless.has(name)) visitEntries(state ?? [], path);
  };

  /** Names as in Module.state_dict(): own parameters and buffers, then those of the children. */
  const visitModule = (state: Entries, path: string) => {
    const hidden = itemsOf(field(state, '_non_persistent_buffers_set') ?? null) ?? [];
    for (const group of ['_parameters', '_buffers']) {
      for (const [key, value] of entriesOf(field(state, group)) ?? []) {
        if (value !== null && !hidden.includes(key)) visit(value, join(path, keyText(key)));
      }
    }
    for (const [key, value] of entriesOf(field(state, '_modules')) ?? []) {
      visit(value, join(path, keyText(key)));
    }
    for (const [key, value] of state) {
      if (typeof key === 'string' && key.startsWith('_')) continue;
      const name = join(path, keyText(key));
      if (isPlain(value)) note(name, String(value));
      else if (rebuildAt(value, name))
        remark('Left out, being no parameter or buffer of its module', name);
      else if (itemsOf(value)?.length && itemsOf(value)!.every(isPlain)) visit(value, name);
    }
  };

  /** Says in which tensor something is wrong. */
  const rebuildAt = (value: Pickled, path: string) => {
    try {
      return rebuild(value, storages);
    } catch (error) {
      if (!(error instanceof FormatError) || error.where) throw error;
      throw new FormatError(error.file, error.problem, { tensor: path });
    }
  };

  visit(root, '');
  const warnings = [...remarks].map(([text, { first, count }]) => {
    const more = count > 1 ? ` and ${count - 1} more` : '';
    return `${text}: ${quoted(first)}${more}.`;
  });
  return { tensors, metadata, warnings };
}
