/** What known architectures call their tensors, and how the sizes of these hang together. */

export interface Role {
  readonly name: string;
  readonly dimensions: readonly string[];
  /** Without it the architecture is out of the question; anchors tell the sizes. */
  readonly anchor?: true;
  /** May be left out without a word. */
  readonly optional?: true;
}

export interface Template {
  /** The family by its name. */
  readonly architecture: string;
  /** `1 read and 1 write head` */
  readonly detail: string;
  /** Anchors first, so that each tells at most one new size per dimension. */
  readonly roles: readonly Role[];
  readonly config?: Readonly<Record<string, number | string>>;
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const anchor = (name: string, ...dimensions: readonly string[]): Role => ({
  name,
  dimensions,
  anchor: true,
});
const needed = (name: string, ...dimensions: readonly string[]): Role => ({ name, dimensions });
const optional = (name: string, ...dimensions: readonly string[]): Role => ({
  name,
  dimensions,
  optional: true,
});

/** Layers after the first of a recurrent network of `gates` gates. */
function deeper(start: string, gates: number, layers: number): Role[] {
  const rows = `${gates}H`;
  return upTo(layers - 1).flatMap((l) => [
    needed(`${start}weight_ih_l${l + 1}`, rows, 'H'),
    needed(`${start}weight_hh_l${l + 1}`, rows, 'H'),
    needed(`${start}bias_ih_l${l + 1}`, rows),
    needed(`${start}bias_hh_l${l + 1}`, rows),
  ]);
}

/** Layout A of published Neural Turing Machines: heads alternate read, write. */
function turing(pairs: number, layers: number): Template {
  const heads = upTo(pairs);
  const joined = `${pairs}M`;
  const lstm = 'ntm.controller.lstm.';
  return {
    architecture: 'Neural Turing Machine',
    detail: `${pairs} read and ${pairs} write ${pairs === 1 ? 'head' : 'heads'}`,
    roles: [
      anchor('ntm.memory.mem_bias', 'N', 'M'),
      anchor('ntm.heads.0.fc_read.weight', 'M+6', 'H'),
      anchor('ntm.heads.1.fc_write.weight', '3M+6', 'H'),
      anchor(`${lstm}weight_hh_l0`, '4H', 'H'),
      anchor(`${lstm}weight_ih_l0`, '4H', `I+${joined}`),
      anchor('ntm.fc.weight', 'O', `H+${joined}`),
      ...heads
        .slice(1)
        .flatMap((i) => [
          anchor(`ntm.heads.${2 * i}.fc_read.weight`, 'M+6', 'H'),
          anchor(`ntm.heads.${2 * i + 1}.fc_write.weight`, '3M+6', 'H'),
        ]),
      ...heads.flatMap((i) => [
        needed(`ntm.heads.${2 * i}.fc_read.bias`, 'M+6'),
        needed(`ntm.heads.${2 * i + 1}.fc_write.bias`, '3M+6'),
        needed(`ntm.read${i}_bias`, '1', 'M'),
      ]),
      needed(`${lstm}bias_ih_l0`, '4H'),
      needed(`${lstm}bias_hh_l0`, '4H'),
      ...deeper(lstm, 4, layers),
      needed('ntm.controller.lstm_h_bias', `${layers}`, '1', 'H'),
      needed('ntm.controller.lstm_c_bias', `${layers}`, '1', 'H'),
      needed('ntm.fc.bias', 'O'),
    ],
  };
}

/** Rows of the interface: W·R + 3W + 5R + 3 (Graves et al. 2016, methods). */
function differentiable(reads: number): Template {
  const rows = `${reads + 3}W+${5 * reads + 3}`;
  return {
    architecture: 'Differentiable Neural Computer',
    detail: `${reads} read ${reads === 1 ? 'head' : 'heads'}`,
    config: { read_heads: reads },
    roles: [
      anchor('lstm_layer_0.weight_hh_l0', '4H', 'H'),
      anchor('rnn_layer_memory_0.interface_weights.weight', rows, 'H'),
      anchor('lstm_layer_0.weight_ih_l0', '4H', `I+${reads}W`),
      anchor('output.weight', 'O', `H+${reads}W`),
      needed('rnn_layer_memory_0.interface_weights.bias', rows),
      optional('lstm_layer_0.bias_ih_l0', '4H'),
      optional('lstm_layer_0.bias_hh_l0', '4H'),
      needed('output.bias', 'O'),
    ],
  };
}

function hops(count: number): Template {
  return {
    architecture: 'End-to-end memory network',
    detail: `${count} ${count === 1 ? 'hop' : 'hops'}, adjacent tying`,
    roles: [
      ...upTo(count + 1).map((k) => anchor(`C_${k}.weight`, 'V', 'D')),
      ...upTo(count + 1).map((k) => optional(`T.${k}`, 'S', 'D')),
    ],
  };
}

function recurrent(kind: string, gates: number, layers: number): Template {
  const start = `${kind.toLowerCase()}.`;
  const rows = `${gates}H`;
  return {
    architecture: 'Recurrent cells',
    detail: `${kind} of ${layers} ${layers === 1 ? 'layer' : 'layers'}`,
    roles: [
      anchor(`${start}weight_hh_l0`, rows, 'H'),
      anchor(`${start}weight_ih_l0`, rows, 'I'),
      optional(`${start}bias_ih_l0`, rows),
      optional(`${start}bias_hh_l0`, rows),
      ...deeper(start, gates, layers),
    ],
  };
}

/** Of those that fit equally well the first is drafted. */
export const templates: readonly Template[] = [
  ...[1, 2, 3, 4].flatMap((pairs) => [1, 2, 3].map((layers) => turing(pairs, layers))),
  ...[1, 2, 3, 4].map(differentiable),
  {
    architecture: 'Fast weights',
    detail: 'one embedding, two output layers',
    roles: [
      anchor('W.weight', 'H', 'H'),
      anchor('C.weight', 'H', 'E'),
      anchor('embedding.weight', 'V', 'E'),
      needed('norm.weight', 'H'),
      optional('norm.bias', 'H'),
      optional('C.bias', 'H'),
      optional('out1.weight', 'K', 'H'),
      optional('out1.bias', 'K'),
      optional('out2.weight', 'O', 'K'),
      optional('out2.bias', 'O'),
    ],
  },
  ...[1, 2, 3, 4, 5, 6].map(hops),
  ...(['LSTM', 'GRU', 'RNN'] as const).flatMap((kind, i) =>
    [1, 2, 3].map((layers) => recurrent(kind, [4, 3, 1][i]!, layers)),
  ),
  {
    architecture: 'Linear associative memory',
    detail: 'keys, values and their memory',
    roles: [anchor('memory', 'R', 'C'), anchor('keys', 'P', 'C'), anchor('values', 'P', 'R')],
  },
  {
    architecture: 'Hopfield network',
    detail: 'weights',
    roles: [anchor('weights', 'N', 'N'), optional('patterns', 'P', 'N'), optional('bias', 'N')],
  },
];
