/** Every tensor on a line of its own; a click on a heading sorts. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { elementCount } from '../../src/core/checkpoint/dtype';
import { bytes, compact } from '../../src/core/draw/text';
import type { TensorRow } from '../../src/protocol/engine';
import { Headings, rowAfter, type SortBy } from '../sorting';
import { t } from '../strings';
import { VirtualList } from '../virtual';
import { openTensor, tensor } from '../weights/state';
import { shapeText } from './shapeText';
import { GoToCode, rowHeight } from './tensorTree';

type Column = 'name' | 'shape' | 'dtype' | 'parameters' | 'bytes';
const columns: readonly Column[] = ['name', 'shape', 'dtype', 'parameters', 'bytes'];

const values: Readonly<Record<Column, (tensor: TensorRow) => number | string>> = {
  name: ({ name }) => name,
  shape: ({ shape }) => elementCount(shape),
  dtype: ({ dtype }) => dtype,
  parameters: ({ shape }) => elementCount(shape),
  bytes: ({ bytes: size }) => size,
};

// Blocks in the order of their numbers: `h.2` before `h.10`.
const natural = new Intl.Collator('en', { numeric: true });

export function TensorTable({ tensors }: { tensors: readonly TensorRow[] }) {
  const by = useSignal<SortBy<Column> | undefined>(undefined);
  const current = useSignal(-1);
  const rows = useMemo(() => sorted(tensors, by.value), [tensors, by.value]);
  // The selected tensor is on screen, wherever it was chosen.
  useEffect(() => {
    const at = rows.findIndex(({ name }) => name === tensor.value);
    if (at >= 0) current.value = at;
  }, [tensor.value, rows]);
  const move = (event: KeyboardEvent): void => {
    const chosen = rows[current.value];
    if (event.key === 'Enter' && event.target === event.currentTarget && chosen) {
      event.preventDefault();
      return openTensor(chosen.name);
    }
    current.value = rowAfter(event, current.value, rows.length) ?? current.value;
  };
  return (
    <VirtualList
      count={rows.length}
      rowHeight={rowHeight}
      reveal={current.value < 0 ? undefined : current.value}
      attributes={{
        role: 'table',
        tabIndex: 0,
        class: 'tree flat',
        'aria-rowcount': rows.length + 1,
        'aria-label': t.tensors.tableLabel,
        onKeyDown: move,
      }}
      head={
        <Headings columns={columns} titles={t.tensors.columns} by={by}>
          <span class="action" role="columnheader" />
        </Headings>
      }
      row={(at, style) => {
        const each = rows[at];
        if (!each) return null;
        const { name, shape, dtype, sharedWith } = each;
        return (
          <div
            key={name}
            class={at === current.value ? 'row current' : 'row'}
            role="row"
            aria-rowindex={at + 2}
            style={style}
            onClick={() => {
              current.value = at;
              openTensor(name);
            }}
          >
            <span class="name" role="cell" title={name}>
              <span class="label">{name}</span>
              {sharedWith !== undefined && <span class="tied"> {t.tensors.tied(sharedWith)}</span>}
            </span>
            <span class="shape" role="cell">
              {shapeText(shape)}
            </span>
            <span class="dtype" role="cell">
              {dtype}
            </span>
            <span class="parameters" role="cell">
              {compact(elementCount(shape))}
            </span>
            <span class="bytes" role="cell">
              {bytes(each.bytes)}
            </span>
            <span class="action" role="cell">
              <GoToCode name={name} />
            </span>
          </div>
        );
      }}
    />
  );
}

function sorted(
  tensors: readonly TensorRow[],
  by: SortBy<Column> | undefined,
): readonly TensorRow[] {
  if (!by) return tensors;
  const value = values[by.column];
  const sign = by.down ? -1 : 1;
  return [...tensors].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    return typeof left === 'number' && typeof right === 'number'
      ? sign * (left - right)
      : sign * natural.compare(String(left), String(right));
  });
}
