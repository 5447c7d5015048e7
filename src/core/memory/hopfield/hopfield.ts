/**
 * Hopfield networks (Hopfield 1982) from a square matrix of weights or from rows of patterns; rows of real numbers
 * make a modern one (Ramsauer et al. 2021).
 */
import type {
  Facts,
  Inputs,
  MemoryFamily,
  MemoryMatch,
  MemoryModel,
  Options,
  Progress,
} from '../memory';
import { numberOf, optionOf } from '../options';
import { seeded } from '../random';
import type { Config } from '../../model/architecture';
import type { Recording } from '../../trace/recording';
import { descend, type Visit } from './asynchronous';
import { capacityFacts } from './capacity';
import { exampleState } from './example';
import { modernTensors, modernVerdict } from './modernRecord';
import { retrieve } from './modern';
import type { Network } from './network';
import { inputsOf, optionsOf } from './options';
import { verdictOf } from './outcome';
import { eventsOf, tensorsOf } from './record';
import { asymmetry, type Rule, weightsOf } from './rules';
import { type Source, sourceOf } from './source';
import { descendTogether } from './synchronous';
import { binaryOf, isBinary, type Stored, storedOf } from './stored';

const family = 'Hopfield network';
/** Sweeps over all units after which an asynchronous run stops. */
const mostSweeps = 50;
const orderStream = 0x5bd1e995;
/** P × N² up to which weights are computed from patterns. */
const mostWork = 4e9;

export const hopfield: MemoryFamily = {
  name: family,
  recognise(tensors, config) {
    const source = sourceOf(tensors);
    if (!source) return undefined;
    return 'problems' in source
      ? { kind: 'incomplete', family, problems: source.problems }
      : matchOf(source, labelsOf(config));
  },
};

/** Names of the patterns, in their order: `labels` of the config, a list or a text of one letter each. */
function labelsOf(config: Config | undefined): readonly string[] {
  const labels = config?.['labels'];
  if (typeof labels === 'string') return [...labels];
  return Array.isArray(labels) ? labels.map(String) : [];
}

function matchOf(source: Source, labels: readonly string[]): MemoryMatch {
  const { n, weights, patterns, bias } = source;
  const count = patterns?.shape[0];
  const stored = count === undefined ? '' : `, ${count} patterns`;
  const told = weights ? 'given weights' : 'weights from its patterns';
  return {
    kind: 'arrays',
    family,
    sentence: `${family}, ${n} units${stored}, ${told}`,
    facts: [
      ['Units', `${n}`],
      ...(count === undefined ? [] : [['Patterns', `${count}`] as const]),
      ['Energy', 'E = −½ xᵀWx − bᵀx, x of ±1; with thresholds θ = −b'],
      [
        'Bias',
        bias ? `${bias.name}${source.threshold ? ', taken as θ = −b' : ', taken as b'}` : 'none',
      ],
    ],
    inputs: inputsOf(n, patterns !== undefined),
    options: optionsOf({
      units: n,
      weights: weights !== undefined,
      patterns: count ?? 0,
      binary: true,
    }),
    tensors: [weights, patterns, bias].filter((tensor) => tensor !== undefined),
    load: (values) => createModel(source, storedOf(source, values), labels),
  };
}

function createModel(
  source: Source,
  stored: Stored,
  patternLabels: readonly string[],
): MemoryModel {
  const { n } = source;
  const { patterns, binary, weights, bias } = stored;
  const count = patterns ? patterns.length / n : 0;
  const options = optionsOf({ units: n, weights: weights !== undefined, patterns: count, binary });
  const labels = new Map([['patterns', patternLabels]]);
  const networks = new Map<string, Network>();
  const network = (rule: string): Network => {
    const known = networks.get(rule) ?? { n, w: weightsFor(rule, stored, n), b: bias };
    networks.set(rule, known);
    return known;
  };
  const title = weights
    ? 'given weights'
    : binary
      ? 'weights from its patterns'
      : 'modern, real patterns';
  const model = {
    family,
    sentence: `${family}, ${n} units${count ? `, ${count} patterns` : ''}, ${title}`,
  };
  const example = (set: Options): Inputs => exampleState(stored, n, options, set);
  return {
    facts: factsOf(stored, n),
    options,
    example,
    *run(inputs, set): Generator<Progress, Recording, void> {
      const update = optionOf(set, options, 'update');
      const steps = numberOf(set, options, 'steps') || undefined;
      const given = (inputs.get('state') ?? example(set).get('state')!).data;
      const known = inputs.get('patterns')?.data ?? patterns ?? new Float32Array();
      if (update === 'modern') {
        if (known.length === 0) throw new Error('the modern update needs patterns: there are none');
        const beta = inputs.get('beta')?.data[0] ?? numberOf(set, options, 'beta');
        if (!(beta > 0)) throw new Error(`beta is ${beta}, expected a number above 0`);
        const run = yield* retrieve(known, given, beta, steps);
        return {
          model,
          tensors: modernTensors(run, known, given, beta),
          labels,
          events: [],
          verdict: modernVerdict(run, beta, patternLabels),
        };
      }
      const compared = isBinary(known) ? known : new Float32Array();
      const net = network(optionOf(set, options, 'rule'));
      const start = binaryOf(given, 'the state');
      const order = inputs.get('order')?.data;
      const plan = {
        sweeps: mostSweeps,
        // Another stream than the noise of the example, whose units would else be visited first.
        random: seeded(numberOf(set, options, 'seed') ^ orderStream),
        visit: optionOf(set, options, 'order') as Visit,
        ...(order ? { order } : {}),
        ...(steps ? { steps } : {}),
      };
      const descent =
        update === 'sync'
          ? yield* descendTogether(net, start, steps)
          : yield* descend(net, start, plan);
      return {
        model,
        tensors: tensorsOf(net, descent, compared, numberOf(set, options, 'seed')),
        labels,
        events: eventsOf(descent),
        verdict: verdictOf(net, compared, start, descent, patternLabels),
      };
    },
  };
}

function weightsFor(
  rule: string,
  { weights, patterns, binary }: Stored,
  n: number,
): ArrayLike<number> {
  if (rule === 'given' && weights) return weights;
  if (!patterns) throw new Error(`the rule ${rule} needs patterns: there are only weights`);
  if (!binary) {
    throw new Error('the patterns are real numbers: only the modern update works with them');
  }
  if (patterns.length * n > mostWork) {
    throw new Error(
      `${patterns.length / n} patterns over ${n} units are too many to compute weights from`,
    );
  }
  return weightsOf(rule as Rule, patterns, n);
}

function factsOf({ weights, patterns, binary, mapped }: Stored, n: number): Facts {
  const facts: (readonly [string, string])[] = [];
  if (weights) {
    const difference = asymmetry(weights, n);
    const diagonal = Array.from({ length: n }, (_, i) => weights[i * n + i]!);
    facts.push([
      'Symmetric',
      difference < 1e-6 ? 'yes' : `no: max |W − Wᵀ| = ${Number(difference.toPrecision(3))}`,
    ]);
    facts.push(['Diagonal', diagonal.every((value) => value === 0) ? 'zero' : 'not zero, kept']);
  }
  if (mapped) facts.push(['Values', 'patterns of 0 and 1, taken as −1 and +1']);
  if (patterns && binary) facts.push(...capacityFacts(patterns.length / n, n));
  return facts;
}
