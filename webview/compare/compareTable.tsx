/** The tensors of both checkpoints, one line each; changed ones first. */
import { number } from '../../src/core/draw/text';
import { Headings, rowAfter } from '../sorting';
import { t } from '../strings';
import { shapeText } from '../tensors/shapeText';
import { VirtualList } from '../virtual';
import { type Column, type Line, listed, relativeOf, selected, sort } from './state';

const rowHeight = 22;
const columns: readonly Column[] = [
  'name',
  'kind',
  'dtype',
  'shape',
  'relative',
  'largest',
  'cosine',
];

export function CompareTable() {
  const lines = listed.value;
  const at = lines.findIndex(({ index }) => index === selected.value);
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = rowAfter(event, at, lines.length);
    if (to !== undefined) selected.value = lines[to]?.index;
  };
  if (lines.length === 0) return <p class="quiet compare-nothing">{t.compare.nothing}</p>;
  return (
    <VirtualList
      count={lines.length}
      rowHeight={rowHeight}
      reveal={at < 0 ? undefined : at}
      attributes={{
        role: 'table',
        tabIndex: 0,
        class: 'tree compare-table',
        'aria-rowcount': lines.length + 1,
        'aria-label': t.compare.table,
        onKeyDown,
      }}
      head={<Headings columns={columns} titles={t.compare.columns} by={sort} />}
      row={(place, style) => {
        const line = lines[place];
        if (!line) return null;
        const current = line.index === selected.value;
        return (
          <div
            key={line.index}
            class={current ? 'row current' : 'row'}
            role="row"
            aria-rowindex={place + 2}
            aria-selected={current}
            style={style}
            onClick={() => (selected.value = line.index)}
          >
            {columns.map((column) => (
              <span key={column} class={column} role="cell" title={titleOf(line, column)}>
                {column === 'name' ? <Name of={line.row.name} /> : textOf(line, column)}
              </span>
            ))}
          </div>
        );
      }}
    />
  );
}

/** Characters at the end of a name that stay on screen: the beginning is what most names share. */
const tail = 20;

function Name({ of }: { of: string }) {
  return (
    <>
      <span class="label">{of.slice(0, -tail)}</span>
      <span class="tail">{of.slice(-tail)}</span>
    </>
  );
}

/** `x`, or `x → y` where the two sides differ. */
const both = (x: string | undefined, y: string | undefined): string =>
  x === undefined || y === undefined || x === y ? (x ?? y ?? '') : `${x} → ${y}`;

export const dtypeText = ({ row: { a, b } }: Line): string => both(a?.dtype, b?.dtype);
export const bothShapes = ({ row: { a, b } }: Line): string =>
  both(a && shapeText(a.shape), b && shapeText(b.shape));

const titleOf = (line: Line, column: Column): string | undefined =>
  column === 'name' || column === 'dtype' || column === 'shape' ? textOf(line, column) : undefined;

function textOf(line: Line, column: Column): string {
  const { row, outcome } = line;
  const figure = (value: number | undefined): string => (value === undefined ? '' : number(value));
  switch (column) {
    case 'name':
      return row.name;
    case 'kind':
      return outcome ? t.compare.kinds[outcome.kind] : '…';
    case 'dtype':
      return dtypeText(line);
    case 'shape':
      return bothShapes(line);
    case 'relative':
      // A change away from zero is infinitely large beside it.
      return figure(relativeOf(line) ?? (outcome?.figures ? Infinity : undefined));
    case 'largest':
      return figure(outcome?.figures?.largest);
    case 'cosine':
      return outcome?.figures?.cosine?.toFixed(6) ?? '';
  }
}
