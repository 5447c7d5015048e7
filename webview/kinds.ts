/** What a trace holds, by its axes and names: which view shows which part. */
import type { AccessBlock, Series, Trace } from '../src/core/trace/trace';

/** A head of a memory: at every step a weighting over slots. */
export function isMemoryHead({ rows, columns }: AccessBlock): boolean {
  return rows.kind === 'step' && columns.kind === 'slot';
}

/** The hops of a memory network over its sentences. */
export function isHops({ id, rows }: AccessBlock): boolean {
  return rows.kind === 'hop' && id.startsWith('hop.');
}

/** The kind of access: `self`, `encoder`, `decoder`, `cross` … */
export function accessOf({ id }: Pick<AccessBlock, 'id'>): string {
  return id.split('.')[0] ?? '';
}

/** All other weightings are seen as attention. */
export function isAttention(block: AccessBlock): boolean {
  return !isMemoryHead(block) && !isHops(block);
}

/** A gate or state of a recurrent cell over time, `state.0.fwd.i`. */
export function isGate({ name, shape }: Series): boolean {
  return /^state\.\d+\.(fwd|bwd)\.\w$/.test(name) && shape.length === 1;
}

type Parts = Pick<Trace, 'blocks' | 'series'>;

/** Heads of a memory, or states that go from step to step; hidden layers, logits and the image of a transformer are none. */
export function hasMemory({ blocks, series }: Parts): boolean {
  const isState = ({ name }: Series): boolean => !/^(energy|hidden|input|output)\./.test(name);
  return blocks.some((block) => isMemoryHead(block) || isHops(block)) || series.some(isState);
}

export function hasEnergy({ series }: Parts): boolean {
  return series.some(({ name }) => name === 'energy.E');
}

/** The view in which a trace is seen best. */
export function viewFor(trace: Parts): 'attention' | 'memory' | 'energy' {
  if (hasEnergy(trace)) return 'energy';
  if (trace.blocks.some((block) => isMemoryHead(block) || isHops(block))) return 'memory';
  return trace.blocks.some(isAttention) || !hasMemory(trace) ? 'attention' : 'memory';
}
