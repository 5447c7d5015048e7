/** Words of the energy view. */
import type { PictureName } from './state';

export const energyEnglish = {
  tab: 'Energy',
  state: 'State',
  pictures: { now: 'Now', start: 'Start', change: 'Change', field: 'Field' } satisfies Record<
    PictureName,
    string
  >,
  saysPicture: {
    now: 'The state at this step',
    start: 'The state before the first step',
    change: 'Units that are not as they were at the start',
    field: 'Local field h = Wx + b of every unit',
  } satisfies Record<PictureName, string>,
  grid: 'Grid',
  gridOf: (rows: number, columns: number) => `${rows} × ${columns}`,
  unitsLabel: (units: string, what: string) => `${what}, ${units} units. Arrows move the cursor.`,
  noStates: 'This trace holds no states.',
  cycle: (first: string, second: string) => `Two-cycle: step ${first} and step ${second} for ever`,
  stepTitle: (step: string) => `step ${step}`,
  patterns: 'Stored patterns',
  patternsOf: (shown: string, all: string) => `the first ${shown} of ${all}`,
  pattern: (name: string) => `pattern ${name}`,
  reverse: (name: string) => `reverse of ${name}`,
  overlapIs: (name: string, overlap: string) => `${name}: overlap ${overlap}`,
  reversed: 'reversed',
  energy: 'Energy',
  energyLabel: 'Energy after each step. Arrows move the step.',
  levels: 'dashed: E of stored patterns',
  ticks: (flips: string) =>
    flips === '1' ? '1 flip, marked below' : `${flips} flips, marked below`,
  plateau: (step: string) => `still from step ${step}`,
  before: (energy: string) => `start: E ${energy}`,
  at: (step: string, energy: string) => `step ${step}: E ${energy}`,
  flips: (step: string, unit: string, from: string, to: string) =>
    `step ${step}: unit ${unit} flips, E ${from} → ${to}`,
  stays: (step: string, unit: string, energy: string) =>
    `step ${step}: unit ${unit} stays, E ${energy}`,
  many: (step: string, count: string, from: string, to: string) =>
    count === '1'
      ? `step ${step}: 1 unit flips, E ${from} → ${to}`
      : `step ${step}: ${count} units flip, E ${from} → ${to}`,
  moves: (step: string, far: string, from: string, to: string) =>
    `step ${step}: the state moves by ${far}, E ${from} → ${to}`,
  unitIs: (unit: string, row: string, column: string, value: string) =>
    `unit ${unit} (row ${row}, column ${column}) = ${value}`,
  fieldIs: (field: string) => `h = ${field}`,
  against: (field: string) => `h = ${field}, against its state: it would flip`,
  fields: 'Local fields',
  fieldsSay: (against: string) =>
    against === '0' ? 'none is against its unit' : `${against} against their unit, marked`,
  fieldsLabel: 'Local field of every unit at this step. Arrows choose a unit.',
  overlaps: 'Overlap with patterns',
  overlapsTime: 'Overlap over the steps',
  overlapsOf: (shown: string, all: string) => `the ${shown} largest of ${all}`,
  cosine: 'cosine, −1…1',
  overlapScale: 'x·ξ / N, −1…1',
  load: 'Load',
  loadIs: (patterns: string, units: string, load: string) =>
    `P / N = ${patterns} / ${units} = ${load}`,
  loadMark: '0.138: Hebb’s limit with few errors (Amit, Gutfreund and Sompolinsky 1985)',
  recall: (share: string) =>
    `Under Hebb’s rule expect ${share} % of random patterns back without an error (measured at N = 100).`,
  landscape: 'Landscape',
  landscapes: { basin: 'Basins', height: 'Energy' },
  landscapeSays: 'The plane in which the patterns spread most (PCA). ',
  basinSays: 'Colour: what a state of the plane falls into; pale: a reverse; grey: none of them.',
  heightSays: 'Colour: E of the state of ±1 nearest to the place.',
  landscapeLabel: 'The path of the state among the stored patterns in their plane',
  noLandscape: 'Too many units to try what every place falls into: the path alone is shown.',
  landscapeWait: 'Trying what every place falls into…',
  startTitle: 'Start state',
  draw: 'Draw',
  drawLabel: (units: string) =>
    `Start state of ${units} units. Arrows move, Space turns a unit over.`,
  drawSays: 'Paint with the mouse, or with the arrows and Space.',
  from: 'From pattern',
  noise: 'Noise',
  seed: 'Seed',
  clear: 'All −1',
  turn: 'Turn over',
  run: 'Run',
  cancel: 'Cancel',
  rule: 'Weights',
  update: 'Update',
  beta: 'β',
  rules: {
    given: 'of the file',
    hebb: 'Hebb',
    storkey: 'Storkey',
    'pseudo-inverse': 'pseudo-inverse',
  } as Readonly<Record<string, string>>,
  orders: {
    random: 'one by one, random order',
    listed: 'one by one, as listed',
    greedy: 'one by one, steepest first',
    sync: 'all at once',
    modern: 'modern: softmax',
  } as Readonly<Record<string, string>>,
  compare: 'Rules and orders compared',
  compareSays: 'Every rule with every order of updates, from the same start state.',
  compareGo: 'Compare',
  compareAgain: 'Compare Again',
  comparing: (done: string, all: string) => `${done} of ${all} runs`,
  compareRow: 'Weights',
  compareCell: (rule: string, order: string, verdict: string) => `${rule}, ${order}: ${verdict}`,
  steps: (count: string) => (count === '1' ? '1 step' : `${count} steps`),
  softmax: 'Softmax over patterns',
  pooled: (count: string) => `maximum of ${count} patterns`,
  softmaxLabel: (updates: string, patterns: string) =>
    `Weights of ${updates} updates over ${patterns} patterns`,
  sweep: 'β sweep',
  sweepLabel: 'β',
  sweepUse: 'Run with this β',
  kinds: {
    single: (name: string, weight: string) => `one pattern: ${name} (weight ${weight})`,
    metastable: (names: string) => `metastable: ${names} share the weight`,
    global: 'global mean of all patterns',
  },
  sweepSays:
    'The weights at the end for 17 values of β, a factor of 2 apart; the run’s own is in the middle.',
  head: {
    title: 'As Hopfield retrieval',
    about:
      'One query of attention is one update of a modern Hopfield network: the query is the state, the keys are the stored patterns (Ramsauer et al. 2021).',
    beta: (width: string, beta: string) => `1/√${width} = ${beta}`,
    noBeta: 'unknown: the model does not say the width of a head',
    kind: 'Retrieves',
    kinds: {
      single: (key: string, weight: string) => `one pattern: key ${key} (weight ${weight})`,
      metastable: (count: string) => `metastable: ${count} keys hold 0.9 of the weight`,
      global: 'near the global mean of all keys',
    },
    entropy: 'Entropy',
    entropyIs: (entropy: string, effective: string, keys: string) =>
      `${entropy} nats: as if even over ${effective} of ${keys} keys`,
    separation: 'Best q·k − second',
    noEnergy: 'needs the scores, which this trace does not hold',
    exact:
      'Kind and entropy follow exactly from the weights, the difference of q·k from them and β. The kind is that of this one update, not of its fixed point.',
  },
  emptyTitle: 'What does the network fall into?',
  empty:
    'Its energy goes down with every update until the state is a memory. Start from a stored pattern with noise.',
  starting: 'Running the network…',
  reading: 'Reading the run…',
  failed: 'The run could not be read',
  keys: [
    ['← →', 'A step back and on, or the cursor in a picture; with Shift by ten'],
    ['d', 'To the drawing board; Space turns a unit over'],
  ] as readonly (readonly [keys: string, what: string])[],
};

export type EnergyStrings = Omit<typeof energyEnglish, 'pictures' | 'saysPicture'> & {
  readonly pictures: Readonly<Record<PictureName, string>>;
  readonly saysPicture: Readonly<Record<PictureName, string>>;
};
