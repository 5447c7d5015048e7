/** `memory_trace_step`: what a memory network read and wrote at a step of a trace file. */
import type { TraceData } from '../../protocol/engine';
import type { Engine } from '../engineProcess';
import { pathOf, type Tool, wholeOf } from './tool';

/** Slots that are named per head. */
const named = 3;

export const memoryTraceStep: Tool = {
  async run(input, engine) {
    const trace = await engine.call('openTrace', { path: pathOf(input) });
    try {
      return await answer(engine, trace, wholeOf(input, 'step', 0));
    } finally {
      void engine.call('closeTrace', { trace: trace.id }).catch(() => undefined);
    }
  },
};

async function answer(engine: Engine, trace: TraceData, step: number): Promise<string> {
  const lengths = new Map(trace.axes.map(({ id, length }) => [id, length]));
  const heads = trace.blocks.filter(({ rows }) => rows.startsWith('steps'));
  if (heads.length === 0) throw new Error('this trace has no memory heads');
  const steps = Math.min(...heads.map(({ rows }) => lengths.get(rows) ?? 0));
  if (step >= steps) throw new Error(`step: expected at most ${steps - 1}`);
  const lines = await Promise.all(
    heads.map(async ({ id, act }) => {
      const weights = await engine.call('row', { trace: trace.id, block: id, index: step });
      const top = [...weights.keys()]
        .sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0))
        .slice(0, named)
        .map((slot) => `slot ${slot} ${(weights[slot] ?? 0).toFixed(4)}`);
      return `${id} ${act}s ${top.join(', ')}`;
    }),
  );
  const events = trace.events
    .filter((event) => event.step === step)
    .map(({ of, what }) => `${of}: ${what}`);
  const verdict = trace.verdict ? [trace.verdict.text] : [];
  return [
    `${trace.model.sentence}, step ${step} of ${steps}`,
    ...lines,
    ...events,
    ...verdict,
  ].join('\n');
}
