/** `attention_top_k`: runs a checkpoint over a text and says where a query looks. */
import type { RunInput, TraceData } from '../../protocol/engine';
import type { Engine } from '../engineProcess';
import { pathOf, type Tool, wholeOf, withCheckpoint } from './tool';

export const attentionTopK: Tool = {
  run: (input, engine, signal) =>
    withCheckpoint(engine, pathOf(input), async ({ id }) => {
      const given = inputOf(input);
      const { id: trace } = await engine.call('run', { checkpoint: id, input: given }, signal);
      try {
        await ended(engine, trace, signal);
        return await answer(engine, await engine.call('describe', { trace }), input);
      } finally {
        void engine.call('closeTrace', { trace }).catch(() => undefined);
      }
    }),
};

function inputOf(input: Readonly<Record<string, unknown>>): RunInput {
  const { text, ids } = input;
  if (typeof text === 'string') return { text };
  if (Array.isArray(ids) && ids.every((one) => typeof one === 'number')) return { ids };
  throw new Error('text: expected a text for the model, or ids');
}

/** Until the run is done; throws its own message when it fails. */
async function ended(engine: Engine, trace: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { state } = await engine.call('describe', { trace });
    if (state.kind === 'done') return;
    if (state.kind !== 'running') {
      throw new Error(state.kind === 'failed' ? state.message : 'the run was cancelled');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function answer(
  engine: Engine,
  trace: TraceData,
  input: Readonly<Record<string, unknown>>,
): Promise<string> {
  const layer = wholeOf(input, 'layer', 0);
  const head = wholeOf(input, 'head', 0);
  const block = trace.blocks.find((one) => one.layer === layer && one.head === head);
  if (!block) throw new Error(`there is no layer ${layer}, head ${head}`);
  const [rows, columns] = [block.rows, block.columns].map((id) =>
    trace.axes.find((axis) => axis.id === id),
  );
  if (!rows || !columns) throw new Error('the head has no axes');
  const query = wholeOf(input, 'query', rows.length - 1);
  if (query >= rows.length) throw new Error(`query: expected at most ${rows.length - 1}`);
  const weights = await engine.call('row', { trace: trace.id, block: block.id, index: query });
  const top = [...weights.keys()]
    .sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0))
    .slice(0, wholeOf(input, 'k', 5));
  const label = (labels: readonly string[], at: number): string =>
    `${at} ${JSON.stringify(labels[at] ?? String(at))}`;
  return [
    `${trace.model.sentence}: layer ${layer}, head ${head}, query ${label(rows.labels, query)} looks at`,
    ...top.map((key) => `key ${label(columns.labels, key)}: ${(weights[key] ?? 0).toFixed(4)}`),
  ].join('\n');
}
