/** Neural Turing Machine checkpoints of loudinthecloud/pytorch-ntm. */
import type { TensorShape, Tensors } from '../model/architecture';
import { createReading, type Reading } from '../model/reading';
import { stack } from './kernels';
import { cellWeights, collecting } from './collecting';
import type { FoundLayout } from './ntmFound';
import type { HeadAct, NtmShape } from './ntmShape';

export function layoutA(tensors: Tensors, prefix: string): FoundLayout {
  const reading = createReading(tensors, prefix);
  const { asked, need } = collecting(reading);
  const heads = Array.from({ length: reading.count('heads') }, (_, i): HeadAct =>
    reading.has(`heads.${i}.fc_write.weight`) ? 'write' : 'read',
  );
  const reads = heads.filter((act) => act === 'read').length;
  const isLstm = [...tensors.keys()].some((one) => one.startsWith(`${prefix}controller.lstm.`));
  const dense = isLstm ? [] : denseLayers(tensors, `${prefix}controller.`);
  if (!isLstm && dense.length === 0) {
    reading.problem(
      `${prefix}controller.lstm.weight_ih_l0 is missing, and there is no linear layer in its place`,
    );
    return { problems: reading.problems };
  }
  const layers = isLstm ? countLayers(reading, 'controller.lstm.weight_ih_l') : dense.length;
  const bias = ['memory.mem_bias', 'heads.0.memory.mem_bias'].find((name) => reading.has(name));
  const memory = need(bias ?? 'memory.mem_bias', [undefined, undefined]);
  const [slots = 0, columns = 0] = memory.shape;
  const units = isLstm
    ? (need('controller.lstm.weight_hh_l0', [undefined, undefined]).shape[1] ?? 0)
    : (tensors.get(`${dense.at(-1)}weight`)?.shape[0] ?? 0);
  const joined = reads * columns;
  const wide = isLstm
    ? (need('controller.lstm.weight_ih_l0', [4 * units, undefined]).shape[1] ?? 0)
    : (tensors.get(`${dense[0]}weight`)?.shape[1] ?? 0);
  const inputs = wide - joined;
  if (inputs <= 0) {
    reading.problem(
      `the controller takes ${wide} values, fewer than the ${joined} that ${reads} read heads give`,
    );
  }
  const own = (name: string) => name.slice(prefix.length);
  const denseCells = dense.map((name, l) => {
    const before = l === 0 ? wide : tensors.get(`${dense[l - 1]}weight`)!.shape[0];
    const input = need(`${own(name)}weight`, [undefined, before]);
    return { input, inputBias: need(`${own(name)}bias`, [input.shape[0]]) };
  });
  const lstmCells = Array.from({ length: isLstm ? layers : 0 }, (_, l) => ({
    input: need(`controller.lstm.weight_ih_l${l}`, [4 * units, l === 0 ? wide : units]),
    hidden: need(`controller.lstm.weight_hh_l${l}`, [4 * units, units]),
    inputBias: need(`controller.lstm.bias_ih_l${l}`, [4 * units]),
    hiddenBias: need(`controller.lstm.bias_hh_l${l}`, [4 * units]),
  }));
  const parts = heads.map((act, i) => {
    const rows = act === 'write' ? 3 * columns + 6 : columns + 6;
    return {
      weight: need(`heads.${i}.fc_${act}.weight`, [rows, units]),
      bias: need(`heads.${i}.fc_${act}.bias`, [rows]),
    };
  });
  const [outputs = 0] = need('fc.weight', [undefined, units + joined]).shape;
  const output = { weight: asked.get(`${prefix}fc.weight`)!, bias: need('fc.bias', [outputs]) };
  const starts = isLstm
    ? ['h', 'c'].map((one) => need(`controller.lstm_${one}_bias`, [layers, 1, units]))
    : [];
  const read = Array.from({ length: reads }, (_, i) => need(`read${i}_bias`, [1, columns]));
  if (reading.problems.length > 0) return { problems: reading.problems };
  const shape: NtmShape = {
    inputs,
    outputs,
    units,
    controller: isLstm ? 'lstm' : 'dense',
    layers,
    slots,
    columns,
    heads,
    headsRead: 'h',
    erases: true,
  };
  return {
    title: 'pytorch-ntm',
    layout: 'A',
    shape,
    tensors: [...asked.values()],
    weights(values) {
      const of = ({ name }: TensorShape) => values.get(name)!;
      return {
        cells: [...lstmCells, ...denseCells].map((cell) => cellWeights(cell, values)),
        heads: parts.map(({ weight, bias }) => ({ weight: of(weight), bias: of(bias) })),
        output: { weight: of(output.weight), bias: of(output.bias) },
        start: {
          memory: of(memory),
          read: stack(read.map(of)),
          h: starts[0] ? of(starts[0]) : new Float32Array(),
          c: starts[1] ? of(starts[1]) : new Float32Array(),
        },
      };
    },
  };
}

/** Linear layers of a feed-forward controller, by their names up to `weight`, in the order of the file. */
function denseLayers(tensors: Tensors, start: string): string[] {
  return [...tensors.values()]
    .filter(({ name, shape }) => {
      return name.startsWith(start) && name.endsWith('.weight') && shape.length === 2;
    })
    .map(({ name }) => name.slice(0, -'weight'.length));
}

function countLayers(reading: Reading, start: string): number {
  let layers = 0;
  while (reading.has(`${start}${layers}`)) layers++;
  return Math.max(1, layers);
}
