/** The weights of one query as a table: the same facts as the map, for eyes and screen readers. */
import { useSignal } from '@preact/signals';
import { integer, number } from '../../src/core/draw/text';
import type { AccessBlock } from '../../src/core/trace/trace';
import { select, selection } from '../state';
import { t } from '../strings';
import { VirtualList } from '../virtual';
import { axisWords } from './heatMap';
import { fullLabel } from './labels';
import { exactRow } from './rows';

const rowHeight = 22;

export function WeightTable({ block }: { block: AccessBlock }) {
  const byWeight = useSignal(true);
  const query = selection.value.query ?? 0;
  const weights = exactRow(block, query);
  const words = axisWords(block);
  const order = Array.from(weights ?? [], (_, key) => key);
  const ranked = [...order].sort((a, b) => (weights?.[b] ?? 0) - (weights?.[a] ?? 0));
  const rank = new Map(ranked.map((key, place) => [key, place + 1]));
  const keys = byWeight.value ? ranked : order;
  const selected = selection.value.key;
  const reveal = selected === undefined ? -1 : keys.indexOf(selected);
  const most = weights?.[ranked[0] ?? 0] ?? 1;
  return (
    <div class="weights">
      <div class="weights-bar">
        <label>
          {words.query}{' '}
          <input
            type="number"
            min={0}
            max={block.rows.length - 1}
            value={query}
            onInput={(event) => {
              const next = event.currentTarget.valueAsNumber;
              if (Number.isInteger(next) && next >= 0 && next < block.rows.length) {
                select({ block: block.id, query: next });
              }
            }}
          />
        </label>{' '}
        <b>“{fullLabel(block.rows, query)}”</b>
        <label class="switch-line">
          <input
            type="checkbox"
            checked={byWeight.value}
            onChange={(event) => (byWeight.value = event.currentTarget.checked)}
          />
          {t.attention.byWeight}
        </label>
      </div>
      <VirtualList
        count={keys.length}
        rowHeight={rowHeight}
        reveal={reveal < 0 ? undefined : reveal}
        attributes={{
          role: 'table',
          'aria-rowcount': keys.length + 1,
          'aria-label': t.attention.tableLabel(query),
          tabIndex: 0,
        }}
        head={
          <div class="row heading" role="row">
            <span role="columnheader">{t.attention.rankTitle}</span>
            <span role="columnheader">{words.key}</span>
            <span role="columnheader">{t.attention.label}</span>
            <span role="columnheader">{t.attention.weight}</span>
          </div>
        }
        row={(index, style) => {
          const key = keys[index] ?? 0;
          const weight = weights?.[key] ?? Number.NaN;
          return (
            <div
              key={key}
              class={key === selected ? 'row selected' : 'row'}
              role="row"
              aria-rowindex={index + 2}
              style={style}
              onClick={() => select({ block: block.id, query, key })}
            >
              <span role="cell">{integer(rank.get(key) ?? 0)}</span>
              <span role="cell">{integer(key)}</span>
              <span role="cell">{fullLabel(block.columns, key)}</span>
              <span role="cell" class="figure">
                <i style={{ width: `${Math.max(0, (weight / most) * 100) || 0}%` }} />
                {number(weight)}
              </span>
            </div>
          );
        }}
      />
    </div>
  );
}
