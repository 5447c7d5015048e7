/** Neural Turing Machine checkpoints of vlgiitr/ntm-pytorch. */
import type { TensorShape, Tensors } from '../model/architecture';
import { createReading } from '../model/reading';
import { sigmoid, stack } from './kernels';
import { cellWeights, collecting } from './collecting';
import type { FoundLayout } from './ntmFound';
import { type HeadAct, type NtmShape, readHeads } from './ntmShape';

/** Heads alternate read, write: which is which is an attribute of the Python object, not a tensor. */
export function layoutB(tensors: Tensors, prefix: string): FoundLayout {
  const reading = createReading(tensors, prefix);
  const { asked, need } = collecting(reading);
  const net = 'controller.controller_net.';
  const count = reading.count('heads');
  const heads = Array.from({ length: count }, (_, i): HeadAct => (i % 2 === 0 ? 'read' : 'write'));
  const reads = Math.ceil(count / 2);
  const [columns = 0, units = 0] = need('heads.0.key_fc.weight', [undefined, undefined]).shape;
  const [, wide = 0] = need(`${net}weight_ih`, [4 * units, undefined]).shape;
  const inputs = wide - reads * columns;
  if (inputs <= 0) {
    reading.problem(
      `${prefix}${net}weight_ih has ${wide} columns, fewer than ${reads} read heads give`,
    );
  }
  const cell = {
    input: need(`${net}weight_ih`, [4 * units, wide]),
    hidden: need(`${net}weight_hh`, [4 * units, units]),
    inputBias: need(`${net}bias_ih`, [4 * units]),
    hiddenBias: need(`${net}bias_hh`, [4 * units]),
  };
  const memory = need('memory.memory_bias_fc.bias', [undefined]);
  const slots = (memory.shape[0] ?? 0) / Math.max(1, columns);
  if (!Number.isInteger(slots) || slots === 0) {
    reading.problem(
      `${memory.name} has ${memory.shape.join(', ')} values, no multiple of the ${columns} of a key`,
    );
  }
  // In the order of a combined head: key, strength, gate, shift, sharpening, add.
  const widths: readonly (readonly [string, number])[] = [
    ['key_fc', columns],
    ['key_strength_fc', 1],
    ['interpolation_gate_fc', 1],
    ['shift_weighting_fc', 3],
    ['sharpen_factor_fc', 1],
    ['write_data_fc', columns],
  ];
  const parts = heads.map((act, i) =>
    widths.slice(0, act === 'write' ? 6 : 5).map(([name, rows]) => ({
      weight: need(`heads.${i}.${name}.weight`, [rows, units]),
      bias: need(`heads.${i}.${name}.bias`, [rows]),
    })),
  );
  const [outputs = 0] = need('controller.out_net.weight', [
    undefined,
    units + reads * columns,
  ]).shape;
  const output = {
    weight: asked.get(`${prefix}controller.out_net.weight`)!,
    bias: need('controller.out_net.bias', [outputs]),
  };
  const h = need('controller.h_bias_fc.bias', [units]);
  const c = need('controller.c_bias_fc.bias', [units]);
  if (reading.problems.length > 0) return { problems: reading.problems };
  const shape: NtmShape = {
    inputs,
    outputs,
    units,
    controller: 'lstm',
    layers: 1,
    slots,
    columns,
    heads,
    headsRead: 'c',
    erases: false,
  };
  return {
    title: 'ntm-pytorch',
    layout: 'B',
    shape,
    tensors: [...asked.values()],
    weights(values) {
      const of = ({ name }: TensorShape) => values.get(name)!;
      return {
        cells: [cellWeights(cell, values)],
        heads: parts.map((rows) => ({
          weight: stack(rows.map(({ weight }) => of(weight))),
          bias: stack(rows.map(({ bias }) => of(bias))),
        })),
        output: { weight: of(output.weight), bias: of(output.bias) },
        start: {
          memory: of(memory).map(sigmoid),
          read: new Float32Array(readHeads(shape) * columns),
          h: of(h),
          c: of(c),
        },
      };
    },
  };
}
