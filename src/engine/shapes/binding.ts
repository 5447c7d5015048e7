/** A checkpoint bound to the code of a class: which attribute of which class holds which of its tensors. */
import { lineOf } from '../../core/shapes/ast';
import type { LoweredFile } from '../../core/shapes/analysis/source';
import type { ModuleState } from '../../core/shapes';
import type { CheckpointTensor, CodeComparison, OwnedTensors } from '../../protocol/shapes';
import { bestMatch } from './checkpoint';
import { scopeAt } from './origins';

export interface Binding {
  readonly comparison: CodeComparison;
  /** The tensors that an attribute of a class holds, in the order of the code. */
  owned(module: string, className: string, attribute: string): readonly OwnedTensors[];
  /** The first tensor that objects of a class hold. */
  firstOf(module: string, className: string): OwnedTensors | undefined;
}

const key = (...words: readonly string[]): string => words.join('\n');

/** Binds the class of the file that fits best; undefined when none has any of the tensors. */
export function bind(
  file: LoweredFile,
  states: ReadonlyMap<string, ModuleState>,
  checkpoint: string,
  tensors: readonly CheckpointTensor[],
): Binding | undefined {
  const match = bestMatch(states, tensors);
  const state = match && states.get(match.className);
  if (!match || !state) return undefined;
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const owners = new Map(state.tensors.map((tensor) => [tensor.name, tensor.owners]));
  const held = new Map<string, OwnedTensors[]>();
  const codeNames = new Map<string, string>();
  for (const { name, tensors: all } of match.owned) {
    for (const each of all) codeNames.set(each, name);
    const first = byName.get(all[0]!);
    if (!first) continue;
    const { dtype, shape } = first;
    const one = { name, first: first.name, count: all.length, dtype, shape, checkpoint };
    for (const { module, className, attribute } of owners.get(name) ?? []) {
      const place = key(module, className, attribute);
      held.set(place, [...(held.get(place) ?? []), one]);
    }
  }
  /** The line where this file sets what holds the tensor, as far in as it goes. */
  const lineOfTensor = (name: string): { line?: number } => {
    // One of a list of blocks is named by its number.
    const all = owners.get(name) ?? owners.get(name.replace(/(?<=\.)\d+(?=\.)/g, '*'));
    const owner = all?.findLast(
      ({ module, at }) => module === file.source.module && at !== undefined,
    );
    const row = owner && rowOfClass(file, owner.className);
    return owner?.at === undefined || row === undefined ? {} : { line: row + lineOf(owner.at) + 1 };
  };
  const { className, isOpen, matched, missing, unexpected, different } = match;
  const comparison: CodeComparison = {
    className,
    isOpen,
    matched,
    missing: missing.map((name) => ({ name, ...lineOfTensor(name) })),
    unexpected,
    different: different.map((one) => ({ ...one, ...lineOfTensor(codeNames.get(one.name) ?? '') })),
  };
  return {
    comparison,
    owned: (module, name, attribute) => held.get(key(module, name, attribute)) ?? [],
    firstOf(module, name) {
      const place = key(module, name, '');
      return [...held].find(([one]) => one.startsWith(place))?.[1][0];
    },
  };
}

/** The first row of the definition that holds a class. */
function rowOfClass(file: LoweredFile, name: string): number | undefined {
  return file.definitions.find(({ definition }) =>
    definition.statements.some((s) => s.k === 'class' && s.cls.name === name),
  )?.row;
}

/** The tensors that `self.name` at a place of the text (line 1-based, columns of the word) holds. */
export function ownedAt(
  bindings: Iterable<Binding>,
  file: LoweredFile,
  text: string,
  line: number,
  word: { readonly start: number; readonly end: number },
): readonly OwnedTensors[] {
  if (!text.slice(0, word.start).endsWith('self.')) return [];
  const cls = scopeAt(file, line - 1)?.cls;
  if (!cls) return [];
  const attribute = text.slice(word.start, word.end);
  return [...bindings].flatMap((one) => one.owned(file.source.module, cls.name, attribute));
}
