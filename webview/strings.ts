/** Every word that the panel says, in English and 简体中文; chosen by the language of the page. */
import { compareEnglish, type CompareStrings } from './compare/strings';
import { modelEnglish } from './model/strings';
import { sessionEnglish } from './session/strings';
import { inputsEnglish, type InputsStrings } from './inputs/strings';
import { memoryEnglish, type MemoryStrings } from './memory/strings';
import { stepsEnglish, type StepsStrings } from './steps/strings';
import { chinese } from './strings.zh';
import { energyEnglish, type EnergyStrings } from './energy/strings';
import { healthEnglish } from './health/strings';
import { triageEnglish, type TriageStrings } from './triage/strings';
import { weightsEnglish } from './weights/strings';

const english = {
  views: { label: 'View', model: 'Model', tensors: 'Tensors', attention: 'Attention' },
  open: {
    reading: 'Reading the checkpoint…',
    failed: 'This checkpoint cannot be opened',
    advice:
      'The file is as it was; nothing was written. After repairing or replacing it, try again.',
    again: 'Try Again',
  },
  banner: {
    died: 'What arrived stays in view; restart to run again.',
    restart: 'Restart',
    stale: 'What is shown is from before.',
    reload: 'Reload',
    dismiss: 'Dismiss',
  },
  run: {
    layers: (done: number, total: number) => `layer ${done} of ${total}`,
    cancelled: (done: number, total: number) => `cancelled after ${done} of ${total} layers`,
    cancelledLong: (done: number, total: number) =>
      `Cancelled after ${done} of ${total} layers. What arrived stays.`,
    failed: 'failed',
  },
  input: {
    text: 'Text for the model',
    ids: 'Token ids: 1, 2, 3',
    pair: 'A second text, if there are two',
    target: 'Target; empty: the model’s own',
    image: 'Choose an Image…',
    imageSize: (size: string) => `the model looks at ${size} pixels`,
    noImage: 'the image cannot be drawn here',
    run: 'Run',
    cancel: 'Cancel',
    tokens: (count: string, context: string) => `${count} of ${context} tokens`,
    tooLong: (count: string, context: string) => `${count} tokens, the model takes ${context}`,
    notAnId: (word: string, last: string) => `“${word}” is no token id from 0 to ${last}`,
  },
  exporting: {
    title: 'Export',
    png: 'Picture (PNG)',
    svg: 'Drawing (SVG)',
    csv: 'Weights of this head (CSV)',
    csvTooLarge: 'Weights of this head (CSV): over a million',
    csvQuery: 'Weights of this query (CSV)',
    trace: 'Trace file (safetensors)',
  },
  empty: {
    title: 'Where does each token look?',
    typeText: 'Type a sentence above and press Enter.',
    imageTitle: 'Where does each patch look?',
    chooseImage: 'Choose an image above, or drop one there.',
    sample: 'Or start with this one:',
    typeIds: 'Type token ids above, such as 1, 2, 3, and press Enter.',
    starting: 'Running the first layer…',
    noTensors: 'This checkpoint holds no tensors',
    noTensorsAdvice: 'The file was read to its end. Its metadata is in the Model view.',
    cannotRun: 'This model cannot be run yet',
    incomplete: (family: string) =>
      `It looks like ${family}, but something is missing or does not fit:`,
    unknown:
      'Its tensor names are of no family that we know. The weights can be looked at all the same.',
    look: 'Look at the Tensors',
    facts: 'See the File’s Facts',
  },
  model: {
    facts: 'Model',
    parameters: 'Parameters',
    tensors: 'Tensors',
    format: 'Format',
    tokenizer: 'Tokenizer',
    types: 'Bytes per element type',
    files: 'Files',
    metadata: 'Metadata',
    config: 'Configuration',
    warnings: 'Warnings',
    code: 'Model code',
    noCode: 'No class in this workspace makes these tensors.',
    characters: (count: string) => `${count} characters`,
    incomplete: (family: string) => `Looks like ${family}, cannot be run yet`,
    missing: 'What is missing or does not fit:',
    unknown: 'An architecture that we do not know',
    unknownAdvice:
      'Its weights can be looked at under Tensors. Where only the names are unknown, a model spec beside the file says which tensor is which.',
    draftSpec: 'Draft a model spec',
    recorded: (model: string) => `A recorded run: ${model}`,
  },
  tensors: {
    search: 'Search names, types, shapes',
    layout: 'Layout',
    layouts: { tree: 'Tree', table: 'Table' },
    columns: {
      name: 'Name',
      shape: 'Shape',
      dtype: 'Type',
      parameters: 'Parameters',
      bytes: 'Bytes',
    },
    treeLabel: 'Tensors by module',
    tableLabel: 'All tensors',
    count: (count: string) => (count === '1' ? '1 tensor' : `${count} tensors`),
    found: (count: string, all: string) => `${count} of ${all} tensors`,
    each: (parameters: string) => `${parameters} each`,
    tied: (name: string) => `= ${name}`,
    scalar: 'scalar',
    goToCode: 'Go to code',
    noCode: (name: string) => `No line in this workspace makes ${name}.`,
  },
  attention: {
    overview: 'All heads, layers down, heads across',
    map: 'heat map',
    mapLabel: (rows: number, columns: number) =>
      `Weights of ${rows} queries over ${columns} keys. Arrows move the cursor.`,
    breadcrumb: 'Where you are',
    allHeads: (count: number) => (count === 1 ? '1 head' : `${count} heads`),
    allLayers: (count: number) => `${count} layers`,
    layer: (layer: number) => `layer ${layer}`,
    layerHead: (layer: number, head: number) => `layer ${layer}, head ${head}`,
    rollout: {
      label: 'One by one or together',
      weights: 'Weights',
      rollout: 'Rollout',
      says: 'Rollout (Abnar & Zuidema 2020): of which input tokens each state is made after a layer, if heads count alike and half of a state is passed on as it was.',
    },
    display: 'Shown as',
    displays: { map: 'Map', arcs: 'Arcs', table: 'Table' },
    query: 'query',
    key: 'key',
    received: 'received',
    weight: 'Weight',
    label: 'Label',
    rankTitle: 'Rank',
    rank: (rank: string, of: string) => `rank ${rank} of ${of}`,
    byWeight: 'largest first',
    tableLabel: (query: number) => `Weights of query ${query}`,
    choose: 'Choose a head to see its weights; ? lists the keys.',
    notYet: 'This head has not arrived yet.',
    keys: 'Keys',
    cache: (size: string) => `${size} of tiles`,
    legend: 'Legend',
    autoScale: 'scale: auto, up to the largest weight',
    perRow: 'each row divided by its maximum',
    hideFirst: 'first key hidden, rows renormalised',
    pooled: (edge: string) => `max of ${edge}×${edge}`,
    arcsOfAll: (arcs: string, queries: string) =>
      `The ${arcs} strongest weights of the ${queries} queries on screen; thicker is more`,
    arcsOfOne: (arcs: string, keys: string) =>
      `The ${arcs} strongest of ${keys} weights of this query`,
    textHint: 'Choose a token to see where it looks',
    textOf: (query: string, label: string) => `Where query ${query} “${label}” looks`,
    before: 'Earlier tokens',
    after: 'Later tokens',
    tokensOf: (first: number, last: number, all: number) => `${first}–${last} of ${all}`,
    predicted: { next: 'Next token', masked: 'Masked token', label: 'Label' },
    ablation: {
      leaveOut: 'Leave out',
      putBack: 'Put back',
      says: 'Runs the model again and takes what this head reads as 0 (Michel et al. 2019); or with it again.',
      without: (heads: string) => `Run without ${heads}.`,
      restore: 'With all heads',
      columns: 'with all heads, now',
    },
    lens: {
      byLayer: 'By layer',
      says: 'Logit lens (nostalgebraist 2020): what the model would predict if it ended after this layer.',
      after: (place: string, label: string) => `after ${place} “${label}”`,
      at: (place: string, label: string) => `at ${place} “${label}”`,
      embedding: { short: 'emb', name: 'the embedding' },
    },
    stack: 'Which attention',
    accesses: { encoder: 'encoder', decoder: 'decoder', cross: 'cross' },
    stacks: {
      encoder: 'The source over itself',
      decoder: 'The target over its own earlier tokens',
      cross: 'The target over the source',
    },
    sees: { past: 'causal: earlier tokens only', all: 'sees every place' },
    image: {
      title: (query: string, name: string) => `Where place ${query} “${name}” looks`,
      says: (from: string, to: string, weight: string) =>
        `${from} looks most at patch ${to}, ${weight}`,
      toItself: (name: string, weight: string) => `${weight} goes to ${name}.`,
      hint: 'Click a patch to see where it looks.',
    },
    goOn: (count: number) => `Continue by ${count}`,
    stop: 'Stop',
    tokenId: (id: number) => `token id ${id}`,
    noCode: 'No line in this workspace makes this head.',
  },
  modelPage: modelEnglish,
  session: sessionEnglish,
  steps: stepsEnglish as StepsStrings,
  inputs: inputsEnglish as InputsStrings,
  memory: memoryEnglish as MemoryStrings,
  compare: compareEnglish as CompareStrings,
  triage: triageEnglish as TriageStrings,
  health: healthEnglish,
  energy: energyEnglish as EnergyStrings,
  weights: weightsEnglish,
  axes: {
    token: 'token',
    step: 'step',
    slot: 'slot',
    sentence: 'sentence',
    patch: 'patch',
    pattern: 'pattern',
    unit: 'unit',
    hop: 'hop',
  },
  statistics: {
    induction: 'induction',
    previous: 'previous token',
    first: 'first token',
    diagonal: 'diagonal',
    entropy: 'entropy (nats)',
  },
  roles: {
    induction: 'induction',
    previous: 'previous token',
    first: 'first token',
    diagonal: 'diagonal',
    broad: 'broad',
  },
  rolesShort: {
    induction: 'ind.',
    previous: 'prev.',
    first: 'first',
    diagonal: 'diag.',
    broad: 'broad',
  },
  options: {
    title: 'View Options',
    sort: 'Sort heads by',
    position: 'position',
    scale: 'Scale',
    scales: { linear: 'linear', sqrt: '√ scale', log: 'log scale' },
    map: 'Colours',
    maps: { viridis: 'viridis', cividis: 'cividis' },
    switches: {
      perRow: { label: 'Normalise rows', says: 'Each row is divided by its maximum.' },
      hideFirst: {
        label: 'Hide the sink',
        says: 'The first key is left out and rows renormalised.',
      },
      auto: { label: 'Fit the scale', says: 'The scale ends at the largest weight instead of 1.' },
    },
  },
  help: {
    title: 'Keys',
    close: 'Close',
    keys: [
      ['← ↑ → ↓', 'Move the cursor; with Shift by ten'],
      ['Home End', 'First and last key'],
      ['PgUp PgDn', 'Fifty queries up and down'],
      ['[ ]', 'Layer before and after'],
      ['{ }', 'Head before and after'],
      ['+ − 0', 'Zoom in, zoom out, whole matrix'],
      ['t', 'Table'],
      ['s', 'Scale: linear, √, log'],
      ['g', 'Go to the code of this head'],
      ['Esc', 'One level up'],
      ['Alt+← Alt+→', 'Back and forward through what you looked at'],
      ['?', 'This list'],
    ] as readonly (readonly [keys: string, what: string])[],
  },
};

export type Strings = typeof english;

/** Both languages, so that a test can compare them. */
export const languages: Readonly<Record<'en' | 'zh', Strings>> = { en: english, zh: chinese };

export const t: Strings =
  typeof document !== 'undefined' && document.documentElement.lang.toLowerCase().startsWith('zh')
    ? chinese
    : english;
