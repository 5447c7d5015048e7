/** torch.nn.LSTM, GRU, RNN and their cells: `{name}weight_ih_l{n}[_reverse]`, gate order i, f, g, o or r, z, n. */
import type { Tensors, TensorShape } from '../../model/architecture';
import { gateCount } from './cell';
import type { LayerLayout, Stack } from './layout';

const weightName = /^(.*?)weight_ih(?:_l(\d{1,3})(_reverse)?)?$/;
const kinds = ['lstm', 'gru', 'rnn'] as const;

/** Every recurrent module whose tensors are all there and fit; a damaged one is a sentence in `problems`. */
export function torchStacks(tensors: Tensors, problems: string[] = []): Stack[] {
  const names = new Set<string>();
  for (const name of tensors.keys()) {
    const found = weightName.exec(name);
    if (found) names.add(found[1]!);
  }
  const stacks: Stack[] = [];
  for (const name of names) {
    const layers: LayerLayout[][] = [];
    const cellName = tensors.has(`${name}weight_ih`);
    for (let index = 0; ; index++) {
      const suffix = cellName ? '' : `_l${index}`;
      if (!tensors.has(`${name}weight_ih${suffix}`) || (cellName && index > 0)) break;
      const forward = layerOf(tensors, name, suffix, 'fwd', problems);
      const backward = tensors.has(`${name}weight_ih${suffix}_reverse`)
        ? layerOf(tensors, name, `${suffix}_reverse`, 'bwd', problems)
        : undefined;
      if (!forward) break;
      layers.push(backward ? [forward, backward] : [forward]);
    }
    const feeds = layers.every((directions, index) => {
      const width = layers[index - 1]?.reduce((sum, { outputs }) => sum + outputs, 0);
      return width === undefined || directions.every(({ inputs }) => inputs === width);
    });
    if (!feeds) problems.push(`${name}weight_ih_l1 does not fit the width of the layer before`);
    const kind = layers[0]?.[0]!.kind;
    if (!kind || !feeds) continue;
    const order = { lstm: 'torch: i, f, g, o', gru: 'torch: r, z, n', rnn: 'one' }[kind];
    stacks.push({ name: name.replace(/\.$/, '') || kind, order, layers });
  }
  return stacks;
}

function layerOf(
  tensors: Tensors,
  name: string,
  suffix: string,
  direction: LayerLayout['direction'],
  problems: string[],
): LayerLayout | undefined {
  const get = (part: string) => tensors.get(`${name}${part}${suffix}`);
  const kernel = get('weight_ih')!;
  const recurrent = get('weight_hh');
  const projection = get('weight_hr');
  const [rows = 0, inputs = 0] = kernel.shape;
  const outputs = recurrent?.shape[1] ?? 0;
  const units = projection?.shape[1] ?? outputs;
  const kind = kinds.find((one) => gateCount[one] * units === rows);
  const bias = [get('bias_ih'), get('bias_hh')].filter((one) => one !== undefined);
  const fits =
    recurrent?.shape[0] === rows &&
    rows > 0 &&
    inputs > 0 &&
    bias.every(({ shape }) => shape.length === 1 && shape[0] === rows) &&
    (!projection || (projection.shape[0] === outputs && kind === 'lstm'));
  if (!kind || !fits) {
    const beside = `${kernel.name} [${kernel.shape.join(', ')}]`;
    problems.push(
      recurrent
        ? `${recurrent.name} has shape [${recurrent.shape.join(', ')}], which does not fit ${beside}`
        : `${name}weight_hh${suffix} is missing, expected [${rows}, units] beside ${beside}`,
    );
    return undefined;
  }
  return {
    name: `${name}…${suffix}`,
    direction,
    kind,
    inputs,
    units,
    outputs,
    tensors: [kernel, recurrent, ...bias, ...(projection ? [projection] : [])],
    cell(values) {
      const value = (tensor: TensorShape | undefined) => tensor && values.get(tensor.name);
      const [inputBias, recurrentBias] = [value(get('bias_ih')), value(get('bias_hh'))];
      const projected = value(projection);
      return {
        ...{ kind, inputs, units, outputs },
        kernel: value(kernel)!,
        recurrent: value(recurrent)!,
        ...(inputBias ? { inputBias } : {}),
        ...(recurrentBias ? { recurrentBias } : {}),
        ...(projected ? { projection: projected } : {}),
      };
    },
  };
}
