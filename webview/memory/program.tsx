/** The run as equations, a line to each operation, with what it gave at the step beside it. */
import { computed } from '@preact/signals';
import { assignedAt } from '../../src/core/replay/assigned';
import { short, summary, type Value } from '../../src/core/replay/describe';
import { equationsOf, lastLineOf, type Line } from '../../src/core/replay/equations';
import type { Meaning } from '../../src/core/replay/names';
import { type Steppable, steppable, type ToldTrace } from '../../src/core/replay/steppable';
import type { Series } from '../../src/core/trace/trace';
import { trace } from '../state';
import { place, step } from '../steps/state';
import type { LiveTrace } from '../trace';
import { rowAt, valueAt } from './values';

interface Shown {
  readonly of: LiveTrace;
  readonly program: Steppable;
  readonly lines: readonly Line[];
  readonly series: ReadonlyMap<string, Series>;
}

const shown = computed<Shown | undefined>(() => {
  const of = trace.value;
  if (!of) return undefined;
  const program = steppable(told(of));
  const parts = of.blocks.flatMap(({ scalars, vectors }) => [
    ...scalars.values(),
    ...vectors.values(),
  ]);
  const series = new Map([...of.series, ...parts].map((one) => [one.name, one]));
  return { of, program, lines: equationsOf(program), series };
});

function told({ model, axes, blocks, series }: LiveTrace): ToldTrace {
  const named = (all: ReadonlyMap<string, Series>) =>
    [...all].map(([key, { name }]) => [key, { name }] as const);
  return {
    model,
    axes,
    blocks: blocks.map(({ id, act, rows, stages, scalars, vectors }) => ({
      ...{ id, act, rows: rows.id, stages: [...stages.keys()] },
      ...{ scalars: named(scalars), vectors: named(vectors) },
    })),
    series: series.map(({ name, steps }) => ({ name, steps: steps.id })),
  };
}

export function Program() {
  const { lines = [] } = shown.value ?? {};
  const now = place.value?.isOwn ? undefined : place.value?.line;
  return (
    <div class="program">
      <table>
        <tbody>
          {lines.map(({ text }, index) => (
            <tr key={index} class={now === index + 1 ? 'current' : ''}>
              <td class="figure quiet">{index + 1}</td>
              <td
                class={`figure ${text.trimStart().startsWith('#') ? 'quiet' : ''}`}
                title={text.trim()}
              >
                {text.replace(/^ {4}/, '  ')}
              </td>
              <Result values={resultsOf(index)} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a line gave, in short; all of it on hover. */
function Result({ values }: { readonly values: readonly Value[] }) {
  return (
    <td class="figure" title={values.map(summary).join(', ')}>
      {values.map(short).join(', ')}
    </td>
  );
}

/** Without those that have not come yet. */
function resultsOf(index: number): readonly Value[] {
  const current = shown.value;
  if (!current) return [];
  const all = assignedAt(current.program, current.lines, index);
  return all.flatMap(({ meaning }) => valueOf(current, meaning, index) ?? []);
}

function valueOf({ of, lines, series }: Shown, meaning: Meaning, line: number): Value | undefined {
  if (meaning.kind === 'weighting') {
    const block = of.byId.get(meaning.block);
    const { stage } = meaning;
    const matrix = stage ? block?.stages.get(stage) : block?.weighting;
    if (!block || !matrix) return undefined;
    const data = rowAt(stage ? `${block.id} ${stage}` : block.id, matrix, step.value);
    return data && { shape: [data.length], data };
  }
  const found = series.get(meaning.series);
  // A state has a value before the first step.
  const isAfter = meaning.state && line >= lastLineOf(lines, meaning.series);
  const data = valueAt(found, step.value + (isAfter ? 1 : 0));
  return found && data && { shape: found.shape, data };
}
