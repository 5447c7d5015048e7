/** The keys as text, shaded by what the selected query gives to each. */
import { colorAt, cssColor, wantsBlackText } from '../../src/core/draw/colormap';
import type { Paint } from '../../src/core/draw/raster';
import { position } from '../../src/core/draw/scale';
import { integer, number } from '../../src/core/draw/text';
import { useSignal } from '@preact/signals';
import type { AccessBlock, Axis } from '../../src/core/trace/trace';
import { accessOf } from '../kinds';
import { select } from '../state';
import { t } from '../strings';
import { fullLabel } from './labels';
import { headPaint } from './heads';
import { exactRow } from './rows';

/** Tokens shown at once: a page of text, and few elements. */
const page = 300;

export function TokenText({ block, query }: { block: AccessBlock; query: number | undefined }) {
  const { columns, rows } = block;
  const shown = useSignal<number | undefined>(undefined);
  const pages = Math.ceil(columns.length / page);
  const here = Math.min(pages - 1, shown.value ?? Math.floor((query ?? 0) / page));
  const weights = query === undefined ? undefined : exactRow(block, query);
  const paint = headPaint.value;
  const isCross = accessOf(block) === 'cross';
  const square = !isCross && (rows.id === columns.id || rows.length === columns.length);
  const first = here * page;
  return (
    <div class="token-text">
      <h3>
        {query === undefined
          ? t.attention.textHint
          : t.attention.textOf(integer(query), fullLabel(rows, query))}
        {pages > 1 && (
          <span class="pages">
            <button
              class="codicon codicon-chevron-left"
              title={t.attention.before}
              disabled={here === 0}
              onClick={() => (shown.value = here - 1)}
            />
            {t.attention.tokensOf(
              first,
              Math.min(columns.length, first + page) - 1,
              columns.length,
            )}
            <button
              class="codicon codicon-chevron-right"
              title={t.attention.after}
              disabled={here === pages - 1}
              onClick={() => (shown.value = here + 1)}
            />
          </span>
        )}
      </h3>
      {isCross && <QueryText block={block} query={query} />}
      <p>
        {Array.from({ length: Math.min(page, columns.length - first) }, (_, i) => {
          const index = first + i;
          const weight = weights?.[index];
          return [
            i > 0 && between(columns, index),
            <span
              key={index}
              class={square && index === query ? 'token selected' : 'token'}
              style={shade(weight, paint)}
              title={`${index}${weight === undefined ? '' : ` · ${number(weight)}`}`}
              onClick={() =>
                square
                  ? select({ block: block.id, query: index })
                  : query !== undefined && select({ block: block.id, query, key: index })
              }
            >
              {columns.label(index)}
            </span>,
          ];
        })}
      </p>
    </div>
  );
}

/** The tokens that look at those of another text; a page of them around the selected one. */
function QueryText({ block, query }: { block: AccessBlock; query: number | undefined }) {
  const { rows } = block;
  const first = page * Math.floor((query ?? 0) / page);
  return (
    <p class="queries">
      {Array.from({ length: Math.min(page, rows.length - first) }, (_, i) => {
        const index = first + i;
        return [
          i > 0 && between(rows, index),
          <span
            key={index}
            class={index === query ? 'token selected' : 'token'}
            title={String(index)}
            onClick={() => select({ block: block.id, query: index })}
          >
            {rows.label(index)}
          </span>,
        ];
      })}
    </p>
  );
}

/** What the tokens themselves leave out: a space where the input goes on after a gap, and between bare ids. */
function between({ origin, label }: Axis, index: number): string {
  if (!origin) return label(index).startsWith(' ') ? '' : ' ';
  const [before, after] = [origin?.(index - 1), origin?.(index)];
  return before?.kind === 'text' && after?.kind === 'text' && after.start > before.end ? ' ' : '';
}

/** The colour that the map gives to the weight; what is next to nothing stays plain text. */
function shade(weight: number | undefined, paint: Paint) {
  if (weight === undefined || Number.isNaN(weight)) return {};
  const share = position(weight, paint.domain, paint.scale);
  if (share < 0.05) return {};
  return {
    backgroundColor: cssColor(paint.map, share),
    color: wantsBlackText(colorAt(paint.map, share)) ? '#000' : '#fff',
  };
}
