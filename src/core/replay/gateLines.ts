/** Gates of recurrent cells, by torch's names: Hochreiter & Schmidhuber 1997; Cho et al. 2014. */
import type { Line } from './equations';

type Cell = 'lstm' | 'gru' | 'rnn';

const gates: ReadonlyMap<string, string> = new Map([
  ['i', 'i = sigmoid(W_i @ x + U_i @ h + b_i)'],
  ['f', 'f = sigmoid(W_f @ x + U_f @ h + b_f)'],
  ['g', 'g = tanh(W_g @ x + U_g @ h + b_g)'],
  ['o', 'o = sigmoid(W_o @ x + U_o @ h + b_o)'],
  ['c', 'c = f * c + i * g'],
  ['r', 'r = sigmoid(W_r @ x + U_r @ h + b_r)'],
  ['z', 'z = sigmoid(W_z @ x + U_z @ h + b_z)'],
  ['n', 'n = tanh(W_n @ x + b_n + r * (U_n @ h + c_n))'],
]);
const outputs: Readonly<Record<Cell, string>> = {
  lstm: 'h = o * tanh(c)',
  gru: 'h = (1 - z) * n + z * h',
  rnn: 'h = tanh(W @ x + U @ h + b)',
};

const ofCell = /^(state\.(\d+)\.(fwd|bwd))\.(\w+)$/;

/** `state.{layer}.{fwd|bwd}.{gate}`, cell after cell. */
export function gateLines(series: readonly string[]): readonly Line[] {
  const cells = new Map<string, Map<string, string>>();
  for (const name of series) {
    const [, cell, , , gate] = ofCell.exec(name) ?? [];
    if (cell === undefined || gate === undefined) continue;
    cells.set(cell, (cells.get(cell) ?? new Map<string, string>()).set(gate, name));
  }
  return [...cells].flatMap(([cell, parts]) => cellLines(cell, parts));
}

function cellLines(cell: string, parts: ReadonlyMap<string, string>): Line[] {
  const [, layer, direction] = cell.split('.');
  const backward = direction === 'bwd';
  const kind: Cell = parts.has('c') ? 'lstm' : parts.has('n') ? 'gru' : 'rnn';
  const input = layer === '0' ? 'x = x[t]' : 'x = h of the layer below';
  const title = `# layer ${layer}${backward ? ', from the last step back' : ''}: ${input}`;
  return [
    { text: '' },
    { text: title },
    ...[...parts].flatMap(([gate, name]): Line[] => {
      const text = gate === 'h' ? outputs[kind] : gates.get(gate);
      return text === undefined ? [] : [{ text, computes: { kind: 'series', series: name } }];
    }),
  ];
}
