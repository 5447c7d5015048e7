/** The loop of a recurrent encoder and decoder with alignment: greedy, or forced along given output ids. */
import type { Config } from '../../model/architecture';
import { held, type Recorded, type Recording } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import type { InputSpec, OptionSpec } from '../memory';
import type { State } from '../cells/cell';
import { flat, heldRows } from '../rows';
import { argmax, mix, type Numbers } from '../vector';
import { type Words, wordsOf } from '../words';
import type { Encoded } from './encoder';
import type { Layers, Plan, Settings } from './define';

/** The alignment of one step. */
export interface Aligned {
  /** [S] before softmax. */
  readonly scores: Numbers;
  /** [S] */
  readonly weighting: Numbers;
  /** Σ α h, [width]. */
  readonly context: Float64Array;
}

export interface Step {
  readonly aligned?: Aligned;
  readonly states: readonly State[];
  readonly logits: Float64Array;
}

export interface Translator {
  encode(layers: Layers, ids: Numbers, settings: Settings): Generator<void, Encoded, void>;
  start(layers: Layers, encoded: Encoded, settings: Settings): readonly State[];
  step(
    layers: Layers,
    encoded: Encoded,
    states: readonly State[],
    id: number,
    settings: Settings,
  ): Step;
}

/** Σ α_i row_i. */
export function contextOf(rows: readonly Numbers[], weighting: Numbers): Float64Array {
  const width = rows[0]!.length;
  return mix(flat(rows, width), width, weighting);
}

export const vocabularyOptions: readonly OptionSpec[] = [
  {
    name: 'start',
    meaning: 'id that the output starts from',
    number: { least: 0, most: 1e6, whole: true },
    standard: '1',
  },
  {
    name: 'end',
    meaning: 'id that ends the output',
    number: { least: 0, most: 1e6, whole: true },
    standard: '2',
  },
  {
    name: 'length',
    meaning: 'most output symbols, where none are forced',
    number: { least: 1, most: 1024, whole: true },
    standard: '64',
  },
];

const sourceKeys = ['src_vocab', 'vocab'];
const targetKeys = ['tgt_vocab', 'vocab'];

export function translationInputs(source: number, target: number): readonly InputSpec[] {
  return [
    {
      name: 'src_ids',
      shape: ['S'],
      meaning: 'source symbol ids, with the end symbol',
      otherwise: 'random symbols',
      below: source,
      text: { vocabulary: sourceKeys },
    },
    {
      name: 'out_ids',
      shape: ['T'],
      meaning: 'output symbol ids to force, with the end symbol',
      otherwise: 'greedy',
      below: target,
      text: { vocabulary: targetKeys },
    },
  ];
}

/**
 * `attention.cross.0` [1, T, S], `cross.score` [T, S], `cross.context` [T, width], `state.h` [T, units], `state.c` of an
 * LSTM, `encoder.h` [S, width], `output.logits` [T, V], `output.ids` [T].
 */
export function translationRun(translator: Translator, config: Config): Plan['run'] {
  const [source, target] = [wordsOf(config, ...sourceKeys), wordsOf(config, ...targetKeys)];
  return function* (layers, inputs, settings) {
    const ids = inputs.get('src_ids')!.data;
    const forced = inputs.get('out_ids')?.data;
    const encoded = yield* translator.encode(layers, ids, settings);
    const end = settings.number('end');
    const most = forced?.length ?? settings.number('length');
    const steps: Step[] = [];
    const written: number[] = [];
    let states = translator.start(layers, encoded, settings);
    for (let id = settings.number('start'); steps.length < most;) {
      yield;
      const step = translator.step(layers, encoded, states, id, settings);
      states = step.states;
      steps.push(step);
      id = forced?.[steps.length - 1] ?? argmax(step.logits);
      written.push(id);
      if (!forced && id === end) break;
    }
    return {
      tensors: tensorsOf(encoded, steps, written),
      labels: new Map([
        ['source', Array.from(ids, source.word)],
        ['target', written.map(target.word)],
      ]),
      events: [],
      verdict: verdictOf(steps, written, forced !== undefined, end, target),
    };
  };
}

function tensorsOf(
  encoded: Encoded,
  steps: readonly Step[],
  written: readonly number[],
): Recording['tensors'] {
  const places = encoded.rows.length;
  const aligned = steps.flatMap((step) => step.aligned ?? []);
  const last = steps.map(({ states }) => states.at(-1)!);
  const tensors = new Map<string, Recorded>();
  if (aligned.length > 0) {
    const weightings = flat(
      aligned.map((one) => one.weighting),
      places,
    );
    tensors.set('attention.cross.0', held([1, aligned.length, places], weightings));
    tensors.set(
      'cross.score',
      heldRows(
        aligned.map((one) => one.scores),
        places,
      ),
    );
    tensors.set(
      'cross.context',
      heldRows(
        aligned.map((one) => one.context),
        aligned[0]!.context.length,
      ),
    );
  }
  tensors.set('encoder.h', heldRows(encoded.rows, encoded.rows[0]!.length));
  tensors.set(
    'state.h',
    heldRows(
      last.map(({ h }) => h),
      last[0]!.h.length,
    ),
  );
  const cells = last.map(({ c }) => c);
  if (encoded.forward[0]!.c.length > 0) tensors.set('state.c', heldRows(cells, cells[0]!.length));
  tensors.set(
    'output.logits',
    heldRows(
      steps.map(({ logits }) => logits),
      steps[0]!.logits.length,
    ),
  );
  tensors.set('output.ids', held([written.length], Float32Array.from(written)));
  return tensors;
}

function verdictOf(
  steps: readonly Step[],
  written: readonly number[],
  forced: boolean,
  end: number,
  { word, known }: Words,
): NonNullable<Recording['verdict']> {
  const shown = written.filter((id) => id !== end).map(word);
  const text = shown.join(known && shown.every((one) => one.length === 1) ? '' : ' ');
  if (forced) {
    const right = steps.filter(({ logits }, step) => argmax(logits) === written[step]).length;
    const all = right === steps.length;
    return verdict(all, { kind: 'wrote', text, count: steps.length, ended: true, right });
  }
  const ended = written.at(-1) === end;
  return verdict(ended, { kind: 'wrote', text, count: steps.length, ended });
}
