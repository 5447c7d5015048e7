/** Puts what the parts of one tensor told together again. */
import type { Tensor } from '../checkpoint/checkpoint';
import { elementCount } from '../checkpoint/dtype';
import { matrixOf } from './blocks';
import { type Outliers, outlierColumns } from './columns';
import { addDeadRows, type DeadRows, type Looked } from './look';
import { mergeMoments, noMoments, statisticsFrom } from './moments';
import type { TensorStatistics } from './statistics';

/** A tensor that was looked at as a whole. */
export interface Examined {
  readonly statistics: TensorStatistics;
  /** Rows of a tensor of two and more dimensions; undefined where they were not looked at. */
  readonly rows?: number;
  readonly deadRows: DeadRows;
  readonly outliers?: Outliers;
}

export interface Gathering {
  /** True once every part has been added. */
  add(index: number, looked: Looked): boolean;
  /** The parts count in their order, so that equal tensors have equal statistics to the last bit. */
  result(): Examined;
}

/** For a tensor that was cut into so many parts. */
export function gather(tensor: Tensor, parts: number): Gathering {
  const added = new Map<number, Pick<Looked, 'moments' | 'deadRows'>>();
  let columns: Float64Array | undefined;
  return {
    add(index, { moments, deadRows, columns: sums }) {
      added.set(index, { moments, deadRows });
      if (sums) {
        const all = (columns ??= new Float64Array(sums.length));
        for (let i = 0; i < sums.length; i++) all[i]! += sums[i]!;
      }
      return added.size === parts;
    },
    result() {
      const inOrder = Array.from({ length: parts }, (_, index) => added.get(index)!);
      const moments = inOrder.map((part) => part.moments).reduce(mergeMoments, noMoments);
      const none: DeadRows = { count: 0, places: [] };
      const matrix = matrixOf(tensor);
      const outliers = columns && outlierColumns(columns);
      return {
        statistics: statisticsFrom(tensor.name, elementCount(tensor.shape), moments),
        ...(matrix && { rows: matrix.rows }),
        deadRows: inOrder.map((part) => part.deadRows).reduce(addDeadRows, none),
        ...(outliers && { outliers }),
      };
    },
  };
}
