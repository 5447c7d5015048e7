/**
 * Recurrent models of visual attention (Mnih et al. 2014): at every step a retina of patches around a location, finer to
 * coarser, is read, and the next location is decided. Layout of kevinzakka/recurrent-visual-attention. The mean of the
 * location policy is followed, without its noise.
 */
import type { Config } from '../../model/architecture';
import { number, type Reading } from '../../model/reading';
import { held } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import { relu } from '../kernels';
import type { OptionSpec } from '../memory';
import { flat, heldRows } from '../rows';
import { add, argmax } from '../vector';
import { wordsOf } from '../words';
import { define, type Layers, type Plan, prefixOf } from './define';

const anchors = ['sensor.fc1.weight', 'rnn.i2h.weight', 'locator.fc_lt.weight'] as const;

export const glimpses = define(
  'Recurrent attention model',
  (tensors) => prefixOf(tensors, ...anchors),
  planOf,
);

/** Patches of the retina: `count` of edge `edge`, each `scale` times coarser than the one before. */
interface Retina {
  readonly edge: number;
  readonly count: number;
  readonly scale: number;
}

/** Edges up to which a retina is looked for. */
const largestEdge = 256;

function planOf(reading: Reading, config: Config): Plan {
  const [wide = 0, values = 0] = reading.need('sensor.fc1.weight', [undefined, undefined]).shape;
  const [joined = 0] = reading.need('sensor.fc3.weight', [undefined, wide]).shape;
  const [where = 0] = reading.need('sensor.fc2.weight', [undefined, 2]).shape;
  reading.need('sensor.fc4.weight', [joined, where]);
  const [units = 0] = reading.need('rnn.i2h.weight', [undefined, joined]).shape;
  reading.need('rnn.h2h.weight', [units, units]);
  const [decided = units] = reading.maybe('locator.fc.weight', [undefined, units])?.shape ?? [];
  reading.need('locator.fc_lt.weight', [2, decided]);
  const [classes = 0] = reading.need('classifier.fc.weight', [undefined, units]).shape;
  const retina = retinaOf(config, values);
  const names = wordsOf(config, 'classes', 'labels');
  return {
    sentence: `Recurrent attention model, glimpses of ${values} values, ${units} units, ${classes} classes`,
    facts: [
      ['Values of a glimpse', `${values}`],
      ['Units', `${units}`],
      ['Classes', `${classes}`],
      ['Next location', 'the mean of the policy, without noise'],
    ],
    inputs: [
      {
        name: 'image',
        shape: [1, 'H', 'W'],
        meaning: 'grey values',
        otherwise: 'random strokes',
      },
      {
        name: 'loc0',
        shape: [2],
        meaning: 'where to look first, x and y from -1 to 1',
        otherwise: 'the middle',
      },
    ],
    options: [
      counted('glimpse', 'edge of the finest patch in pixels', retina.edge, config),
      counted('patches', 'patches of a glimpse', retina.count, config),
      counted('scale', 'how much coarser each patch is than the one before', retina.scale, config),
      counted('steps', 'glimpses of a run', number(config, 'steps') ?? 6, config),
    ],
    example(random) {
      const edge = number(config, 'image') ?? 4 * retina.edge;
      const data = new Float32Array(edge * edge);
      for (let stroke = 0; stroke < 3; stroke++) {
        const row = random.below(edge);
        for (let x = 0; x < edge / 2; x++) data[row * edge + random.below(2) + x] = 1;
      }
      return new Map([['image', { shape: [1, edge, edge], data }]]);
    },
    *run(layers, inputs, settings) {
      const {
        data: pixels,
        shape: [, height = 0, width = 0],
      } = inputs.get('image')!;
      const chosen = {
        edge: settings.number('glimpse'),
        count: settings.number('patches'),
        scale: settings.number('scale'),
      };
      const { edge, count } = chosen;
      if (edge * edge * count !== values) {
        throw new Error(
          `${count} patches of ${edge} × ${edge} are ${count * edge * edge} values, sensor.fc1.weight takes ${values}`,
        );
      }
      const steps = settings.number('steps');
      const image = { pixels, height, width };
      let h: ArrayLike<number> = new Float64Array(units);
      let location: ArrayLike<number> = inputs.get('loc0')?.data ?? [0, 0];
      const seen: Step[] = [];
      for (let t = 0; t < steps; t++) {
        yield;
        const step = look(layers, image, chosen, location, h);
        seen.push(step);
        [h, location] = [step.h, step.next];
      }
      const all = (pick: (step: Step) => ArrayLike<number>, size: number) =>
        heldRows(seen.map(pick), size);
      const logits = seen.at(-1)!.logits;
      const answer = names.word(argmax(logits));
      const patches = flat(
        seen.map(({ patches: one }) => one),
        values,
      );
      return {
        tensors: new Map([
          ['glimpse.location', all(({ location: at }) => at, 2)],
          ['glimpse.patches', held([steps, count, edge, edge], patches)],
          ['glimpse.g', all(({ g }) => g, joined)],
          ['glimpse.next', all(({ next }) => next, 2)],
          ['state.h', all((step) => step.h, units)],
          ['output.logits', all((step) => step.logits, classes)],
          ['image.pixels', held([1, height, width], pixels)],
        ]),
        labels: new Map(),
        events: [],
        verdict: verdict(true, { kind: 'looked', times: steps, answer }),
      };
    },
  };
}

interface Step {
  readonly location: ArrayLike<number>;
  readonly patches: Float64Array;
  readonly g: Float64Array;
  readonly h: Float64Array;
  readonly next: Float64Array;
  readonly logits: Float64Array;
}

function look(
  layers: Layers,
  image: Image,
  retina: Retina,
  location: ArrayLike<number>,
  before: ArrayLike<number>,
): Step {
  const patches = patchesAt(image, retina, location);
  const what = layers.linear('sensor.fc3', layers.linear('sensor.fc1', patches).map(relu));
  const where = layers.linear('sensor.fc4', layers.linear('sensor.fc2', location).map(relu));
  const g = add(what, where).map(relu);
  const h = add(layers.linear('rnn.i2h', g), layers.linear('rnn.h2h', before)).map(relu);
  const decided = layers.has('locator.fc.weight') ? layers.linear('locator.fc', h).map(relu) : h;
  const next = layers.linear('locator.fc_lt', decided).map(Math.tanh);
  return { location, patches, g, h, next, logits: layers.linear('classifier.fc', h) };
}

interface Image {
  readonly pixels: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** [count, edge, edge], averages over the pixels of each cell; beyond the image everything is 0. */
function patchesAt(
  { pixels, height, width }: Image,
  { edge, count, scale }: Retina,
  location: ArrayLike<number>,
): Float64Array {
  const centre = (at: number, length: number) => Math.floor(((at + 1) / 2) * length);
  const [x, y] = [centre(location[0]!, width), centre(location[1]!, height)];
  const out = new Float64Array(count * edge * edge);
  for (let patch = 0; patch < count; patch++) {
    const cell = scale ** patch;
    const half = Math.floor((edge * cell) / 2);
    for (let row = 0; row < edge * cell; row++) {
      for (let column = 0; column < edge * cell; column++) {
        const [py, px] = [y - half + row, x - half + column];
        if (py < 0 || px < 0 || py >= height || px >= width) continue;
        const to = (patch * edge + Math.floor(row / cell)) * edge + Math.floor(column / cell);
        out[to]! += pixels[py * width + px]! / (cell * cell);
      }
    }
  }
  return out;
}

/** What the config tells; else the fewest square patches that make so many values. */
function retinaOf(config: Config, values: number): Retina {
  const told = number(config, 'glimpse') ?? number(config, 'patch_size');
  const scale = number(config, 'scale') ?? number(config, 'glimpse_scale') ?? 2;
  for (let edge = told ?? largestEdge; edge > 1; edge--) {
    if (values % (edge * edge) === 0) return { edge, count: values / (edge * edge), scale };
    if (told !== undefined) break;
  }
  return { edge: 1, count: values, scale };
}

const counted = (name: string, meaning: string, standard: number, config: Config): OptionSpec => ({
  name,
  meaning,
  number: { least: 1, most: 256, whole: true },
  standard: String(standard),
  found: number(config, name) === undefined ? 'no tensor tells it' : 'the config says it',
});
