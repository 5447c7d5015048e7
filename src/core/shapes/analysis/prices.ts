/** Costs in the words of the function that is looked at. */
import { bytesOf } from '../attention';
import { normal, type Machine, type Recorded } from '../machine';
import { product, symbol, symbolsOf, type Poly } from '../poly';
import { layerName, parameterCount, stateOf } from '../stateDict';
import type { Obj, Tensor, Value } from '../values';
import type { Cost, ModuleState } from './answers';
import type { Words } from './naming';

export interface Prices {
  readonly words: Words;
  /** Of a place that was run several times; nothing where the runs differ. */
  of(runs: readonly Recorded[]): Cost;
  /** Of weights of attention that is written out: their sizes, the runs of the product that they are made of, its keys and values. */
  ofWeights(
    dims: readonly Poly[],
    scores: readonly Recorded[],
    kept: readonly (Tensor | undefined)[],
  ): Cost;
  parametersOf(module: Obj): Cost & { readonly seen?: Record<string, number> };
  stateOf(module: Obj): ModuleState;
  /** Hints of the symbols in sizes, by the words that they are printed with. */
  seen(dims: readonly Poly[]): { seen?: Record<string, number> };
}

export function pricesOf(m: Machine, words: Words): Prices {
  const counts = new Map<number, Poly | undefined>();
  const count = (module: Obj): Poly | undefined => {
    if (!counts.has(module.id)) counts.set(module.id, parameterCount(stateOf(m, module)));
    return counts.get(module.id);
  };
  /** Nothing for nothing, and for what has a size without a name. */
  const print = (size: Poly | undefined): number | string | undefined => {
    const text = size && words.print(size);
    return text === 0 || text === '?' ? undefined : text;
  };
  const only = (runs: readonly (Poly | undefined)[]): Poly | undefined => {
    const [first] = runs;
    const key = first && normal(m, first).key;
    return runs.every((one) => one && normal(m, one).key === key) ? first : undefined;
  };
  const seen: Prices['seen'] = (dims) => {
    const found: Record<string, number> = {};
    for (const sym of dims.flatMap((dim) => symbolsOf(normal(m, dim)))) {
      const word = sym.hint === undefined ? undefined : words.print(symbol(sym));
      if (typeof word === 'string') found[word] = sym.hint!;
    }
    return Object.keys(found).length > 0 ? { seen: found } : {};
  };
  const ofModule = (module: Obj): Cost => {
    const parameters = print(count(module));
    const layer = layerName(m, module);
    const isRecurrent = /^(?:RNN|GRU|LSTM)(?:Cell)?$/.test(layer ?? '');
    const { entries, isOpen } = isRecurrent ? stateOf(m, module) : { entries: [], isOpen: true };
    const hasTwo = entries.some(({ name }) => /bias_hh/.test(name));
    const single = entries.filter(({ name }) => !/bias_hh/.test(name));
    const oneBias = hasTwo ? print(parameterCount({ entries: single, isOpen })) : undefined;
    return {
      ...(parameters === undefined ? {} : { parameters }),
      ...(oneBias === undefined ? {} : { oneBias }),
      ...(layer === undefined ? {} : { layer }),
    };
  };
  const flopsOf = (runs: readonly Recorded[]): number | string | undefined =>
    print(only(runs.map(({ cost }) => (cost?.open === 0 ? cost.flops : undefined))));
  return {
    words,
    seen,
    ofWeights(dims, scores, kept) {
      const weights = print(product(dims));
      const flops = flopsOf(scores);
      const cache = print(bytesOf(m, kept));
      if (weights === undefined) return {};
      return {
        ...(flops === undefined ? {} : { flops }),
        weights,
        ...(cache === undefined ? {} : { cache }),
      };
    },
    of(runs) {
      const costs = runs.map(({ cost }) => (cost?.open === 0 ? cost : undefined));
      const flops = flopsOf(runs);
      const steps = print(only(costs.map((cost) => cost?.steps)));
      const weights = print(only(runs.map(({ attention }) => attention?.weights)));
      const cache = print(only(runs.map(({ attention }) => attention?.cache)));
      const [module] = runs.map((run) => run.module);
      const own = module ? ofModule(module) : {};
      return {
        ...(flops === undefined ? {} : { flops }),
        ...(flops === undefined || steps === undefined ? {} : { steps }),
        ...(weights === undefined ? {} : { weights }),
        ...(weights === undefined || cache === undefined ? {} : { cache }),
        ...own,
      };
    },
    stateOf(module) {
      const { entries, isOpen } = stateOf(m, module);
      const names = new Map<Value, string>();
      const tensors = entries.map(({ name, dims, tensor, isOptional, owners }) => {
        const first = tensor && names.get(tensor);
        if (tensor && first === undefined) names.set(tensor, name);
        return {
          name,
          ...(dims ? { shape: dims.map((dim) => words.print(dim)) } : {}),
          ...(first === undefined ? {} : { sharedWith: first }),
          ...(isOptional ? { isOptional } : {}),
          owners,
        };
      });
      return { tensors, isOpen };
    },
    parametersOf(module) {
      const size = count(module);
      return { ...ofModule(module), ...(size ? seen([size]) : {}) };
    },
  };
}
