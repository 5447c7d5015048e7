/** RNN, GRU and LSTM, whole and by the cell. */
import { elements } from '../../interpret/sequences';
import {
  asTensor,
  dimAt,
  dimsOf,
  dtypeOf,
  equate,
  known,
  requireDtype,
  requireRank,
  unknownSize,
  type Machine,
} from '../../machine';
import { areDifferent, clash } from '../../clash';
import { add, constant, constantOf, multiply, one, product, subtract, type Poly } from '../../poly';
import { spend, spendProducts } from '../../tally';
import { editShape, vague, withDtype, withShape } from '../../tensors';
import {
  ranked,
  tuple,
  unknown,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../../values';
import { LIBRARY, kept, keptInt, isTrue, keeps, layer } from './layer';

/** RNN, GRU, LSTM: the sequence of outputs and the last states. */
export const recurrent = (cell: boolean): LibraryClass =>
  layer(
    keeps(
      'input_size hidden_size num_layers=1 bias=True batch_first=False dropout=0 bidirectional=False proj_size=0',
    ),
    (m, self, t, args) => {
      const dims = dimsOf(m, t) ?? requireRank(m, t, 3);
      const [width, hidden, layers] = ['input_size', 'hidden_size', 'num_layers'].map((name) =>
        keptInt(m, self, name),
      );
      if (!dims || !hidden || (dims.length !== 3 && dims.length !== 2)) {
        spend(m, undefined);
        return tuple([vague(m, t), unknown]);
      }
      if (width && areDifferent(m, dims.at(-1)!, width))
        clash(m, 'linear', t.shape, ranked([width, hidden]));
      if (width) equate(m, dims.at(-1)!, width);
      requireDtype(m, t, 'float32');
      const first = isTrue(m, kept(self, 'batch_first'));
      const both = isTrue(m, kept(self, 'bidirectional'));
      const directions = both === undefined ? unknownSize(m) : constant(both ? 2 : 1);
      const batch =
        dims.length === 2 ? [] : [first === undefined ? unknownSize(m) : dims[first ? 0 : 1]!];
      const output = withShape(t, ranked([...dims.slice(0, -1), multiply(directions, hidden)]));
      const state = withShape(
        t,
        ranked([multiply(directions, layers ?? unknownSize(m)), ...batch, hidden]),
      );
      if (t.isPacked) spend(m, undefined);
      else payLayers(m, self, dims, { width, hidden, layers, directions });
      shareStates(m, args.positional[1], cell, state);
      const whole = t.isPacked ? { ...output, isPacked: t.isPacked } : output;
      return tuple([whole, cell ? tuple([state, state]) : state]);
    },
  );

/** Gates of the kinds of cells: W·x and U·h for each. */
const gates = (self: Obj): number => {
  const kind = /^(LSTM|GRU)/.exec(self.cls.name)?.[1];
  return kind === 'LSTM' ? 4 : kind === 'GRU' ? 3 : 1;
};
/** Goodfellow et al. 2016, §10: every layer and direction, for every place of the input. */
function payLayers(
  m: Machine,
  self: Obj,
  dims: readonly Poly[],
  by: Readonly<Record<'width' | 'hidden' | 'layers' | 'directions', Poly | undefined>>,
): void {
  const { width, hidden, layers, directions } = by;
  const first = isTrue(m, kept(self, 'batch_first'));
  const length = first === undefined ? undefined : dims[first ? dims.length - 2 : 0];
  const projected = constantOf(keptInt(m, self, 'proj_size') ?? one);
  if (!width || !hidden || !layers || !directions || !length || projected !== 0)
    return spend(m, undefined);
  const more = multiply(subtract(layers, one), add(multiply(directions, hidden), hidden));
  const inputs = multiply(directions, add(add(width, hidden), more));
  const weights = product([constant(2 * gates(self)), hidden, inputs]);
  spend(m, product([weights, ...dims.slice(0, -1)]), length);
}

/** What is passed in as a state has the shape of what comes out. */
function shareStates(m: Machine, given: Value | undefined, cell: boolean, state: Tensor): void {
  const v = given && known(m, given);
  if (!v || v.k === 'none') return;
  const parts = cell ? (v.k === 'any' ? [] : (elements(m, v).items ?? [])) : [v];
  for (const part of parts) {
    const t = asTensor(m, part, LIBRARY);
    const dims = t && requireRank(m, t, dimsOf(m, state)!.length);
    dims?.forEach((dim, index) => equate(m, dim, dimsOf(m, state)![index]!));
  }
}

export const recurrentCell = (cell: boolean): LibraryClass =>
  layer(keeps('input_size hidden_size bias=True'), (m, self, t, args) => {
    const hidden = keptInt(m, self, 'hidden_size') ?? unknownSize(m);
    const width = keptInt(m, self, 'input_size');
    const last = dimAt(m, t, -1);
    if (width && last) equate(m, last, width);
    const shape = editShape(m, t, -1, () => [hidden]);
    const given = args.positional[1] && known(m, args.positional[1]);
    const previous = given?.k === 'sequence' ? given.items[0] : given;
    const before = previous && known(m, previous);
    // Without a batch the cell takes vectors; inside a model it gets matrices.
    if (!dimsOf(m, t))
      requireRank(m, t, (before?.k === 'tensor' && dimsOf(m, before)?.length) || 2);
    const dtype = before?.k === 'tensor' ? (dtypeOf(m, before) ?? 'float32') : 'float32';
    const rows = dimsOf(m, t)?.slice(0, -1) ?? [undefined];
    spendProducts(m, constant(gates(self)), hidden, width && add(width, hidden), ...rows);
    const next = shape ? withShape(t, shape) : vague(m, t);
    requireDtype(m, t, dtype);
    const state = withDtype(next, dtypeOf(m, t) ?? dtype);
    return cell ? tuple([state, state]) : state;
  });
