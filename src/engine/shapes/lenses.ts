/** What stands above the lines of modules and their `forward`. */
import type { Dimension, OwnedTensors, ShapeLens, Sizes } from '../../protocol/shapes';
import { numbersFor, type Origins } from './numbers';
import type { FunctionTotal } from './session';

export function lensesOf(
  totals: readonly FunctionTotal[],
  originsAt: (line: number) => Origins,
  sizes: Sizes,
  tensorOf: (className: string) => OwnedTensors | undefined,
): ShapeLens[] {
  return totals
    .filter(({ name }) => name === 'forward' || name === '__call__' || name === 'call')
    .flatMap(({ className, row, classRow, parameters, flops, order, seen = {} }): ShapeLens[] => {
      const tensor = tensorOf(className);
      const number = (dim: Dimension, known: Sizes, isAtOnce: boolean): Dimension => {
        const numbers = numbersFor([dim], known, originsAt(row + 1), sizes, {}, isAtOnce);
        return numbers?.valueOf(dim) ?? dim;
      };
      return [
        ...(parameters === undefined
          ? []
          : [{ line: classRow + 1, parameters: number(parameters, seen, true) }]),
        ...(tensor ? [{ line: classRow + 1, tensor }] : []),
        ...(flops === undefined ? [] : [{ line: row + 1, flops: number(flops, {}, false), order }]),
      ];
    });
}
