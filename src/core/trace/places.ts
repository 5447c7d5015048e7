/** What the places of a series are, by its name: steps of the run, where nothing else is known. */
import type { Recording } from './recording';
import type { AxisKind } from './trace';

type Places = readonly [axis: string, kind: AxisKind];

/** Series that have a value before the first step. */
const states = new Set([
  'memory.M',
  'energy.E',
  'energy.state',
  'energy.field',
  'energy.overlap',
  'energy.plane.path',
]);
export const isState = (name: string): boolean => states.has(name);

/** Series whose first dimension is no time. */
const others: ReadonlyMap<string, Places> = new Map<string, Places>([
  ['energy.patterns', ['patterns', 'pattern']],
  ['energy.level', ['patterns', 'pattern']],
  ['energy.plane.patterns', ['patterns', 'pattern']],
  ['energy.plane.extent', ['extent', 'unit']],
  ['energy.plane.basin', ['grid', 'unit']],
  ['energy.plane.height', ['grid', 'unit']],
  ['energy.sweep.beta', ['betas', 'unit']],
  ['energy.sweep.pattern', ['betas', 'unit']],
  ['energy.updates', ['heads', 'unit']],
  ['memory.cosine', ['queries', 'step']],
  ['memory.best', ['queries', 'step']],
  // They belong to the last steps of the run.
  ['output.target', ['answer', 'step']],
  ['output.wrong', ['answer', 'step']],
]);

/** Hops of a memory network, 0 without: what it does takes place hop by hop, not step by step. */
export function hopsOf(tensors: Recording['tensors']): number {
  for (const [name, { shape }] of tensors) {
    if (name.startsWith('attention.hop.')) return shape[1] ?? 0;
  }
  return 0;
}

/** `length`: of the first dimension; `hops`: see `hopsOf`. */
export function placesOf(name: string, length: number, hops: number): Places {
  const found = others.get(name);
  if (found) return found;
  if (hops > 0 && name.startsWith('memory.')) {
    if (length === hops) return ['hops', 'hop'];
    if (length === hops + 1) return ['states', 'hop'];
  }
  return [isState(name) ? 'states' : 'steps', 'step'];
}
