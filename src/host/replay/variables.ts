/** Values as the Variables view and the Watch view list them; a tensor opens row by row. */
import { part, summary, type Value } from '../../core/replay/describe';
import type { Meaning } from '../../core/replay/names';
import type { Moment } from '../../core/replay/moments';
import type { Values } from './values';

export interface Variables {
  /** References end with the moment. */
  clear(): void;
  scopes(moment: Moment): object[];
  /** What a reference holds; none where it has ended. */
  children(reference: number, start: number, count: number | undefined): Promise<object[]>;
  /** A value under the name by which it was asked for. */
  variable(name: string, value: Value): { readonly value: string };
}

type Expand = () => Promise<object[]>;

export function createVariables(values: Values): Variables {
  const expandable = new Map<number, Expand>();
  const refer = (expand: Expand): number => {
    const reference = expandable.size + 1;
    expandable.set(reference, expand);
    return reference;
  };
  const variable: Variables['variable'] = (name, value) => {
    const { shape, data } = value;
    const isLeaf = data.length === 1;
    return {
      name,
      value: summary(value),
      type: `float32 [${shape.join(', ')}]`,
      variablesReference: isLeaf ? 0 : refer(() => rows(name, value)),
      ...(!isLeaf && { indexedVariables: shape[0] }),
      evaluateName: name,
    };
  };
  const rows = (name: string, value: Value): Promise<object[]> =>
    Promise.resolve(
      Array.from({ length: value.shape[0] ?? 0 }, (_, index) =>
        variable(`${name}[${index}]`, part(value, [index])!),
      ),
    );
  const scope = (name: string, moment: Moment, wanted: (meaning: Meaning) => boolean): object => {
    const expand = async (): Promise<object[]> => {
      const found: object[] = [];
      for (const [key, meaning] of values.names(moment)) {
        if (!wanted(meaning)) continue;
        const value = await values.get(key, moment);
        if (value) found.push(variable(key, value));
      }
      return found;
    };
    return { name, variablesReference: refer(expand), expensive: false };
  };
  return {
    variable,
    clear: () => expandable.clear(),
    scopes: (moment) => [
      scope('Operation', moment, isOfHead),
      scope('Memory and state', moment, (meaning) => !isOfHead(meaning)),
    ],
    async children(reference, start, count) {
      const all = (await expandable.get(reference)?.()) ?? [];
      return all.slice(start, count ? start + count : undefined);
    },
  };
}

const isOfHead = (meaning: Meaning): boolean =>
  meaning.kind === 'weighting' || /^memory\.(head|read|write)\d/.test(meaning.series);
