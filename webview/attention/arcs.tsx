/** Lines from queries to keys, the strongest of the queries on screen; thickness is the weight. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { integer } from '../../src/core/draw/text';
import type { AccessBlock } from '../../src/core/trace/trace';
import { select, selection } from '../state';
import { t } from '../strings';
import { theme } from '../theme';
import { resize, useBox } from '../useBox';
import { type Arc, paintArcs, rowHeight } from './arcsPainter';
import { axisWords } from './heatMap';
import { exactRow, strongest } from './rows';

/** Arcs drawn of all queries on screen, and of a single chosen one. */
const together = 120;
const alone = 24;

export function Arcs({ block }: { block: AccessBlock }) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useBox(scroller);
  const top = useSignal(0);
  const pointed = useSignal<number | undefined>(undefined);
  const first = Math.max(0, Math.floor(top.value / rowHeight));
  const count = Math.ceil(box.value.height / rowHeight) + 1;
  const single = pointed.value ?? selection.value.query;
  const queries =
    single === undefined
      ? Array.from(
          { length: Math.max(0, Math.min(block.rows.length - first, count)) },
          (_, i) => first + i,
        )
      : [single];
  const most = single === undefined ? together : alone;
  const arcs: readonly Arc[] = queries
    .flatMap((query) =>
      strongest(exactRow(block, query) ?? new Float32Array(0), most).map((arc) => ({
        query,
        ...arc,
      })),
    )
    .sort((a, b) => b.weight - a.weight)
    .slice(0, most);
  const latest = useRef(arcs);
  latest.current = arcs;
  const paint = (): void => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context || box.peek().width === 0) return;
    resize(element, box.peek());
    paintArcs(context, {
      block,
      arcs: latest.current,
      top: top.peek(),
      ratio: box.peek().ratio,
      single: pointed.peek() ?? selection.peek().query,
      key: selection.peek().key,
      theme: theme.peek(),
      words: axisWords(block),
    });
  };
  useSignalEffect(() => {
    void theme.value;
    paint();
  });
  useEffect(paint);
  const rowAt = (event: MouseEvent): number | undefined => {
    const row = Math.floor((event.offsetY - rowHeight + top.peek()) / rowHeight);
    return row >= 0 && row < block.rows.length ? row : undefined;
  };
  const rows = Math.max(block.rows.length, block.columns.length) + 1;
  return (
    <div class="arcs">
      <p class="quiet">
        {single === undefined
          ? t.attention.arcsOfAll(integer(arcs.length), integer(queries.length))
          : t.attention.arcsOfOne(integer(arcs.length), integer(block.columns.length))}
      </p>
      <div
        ref={scroller}
        class="arcs-scroll"
        onScroll={() => (top.value = scroller.current?.scrollTop ?? 0)}
      >
        <div style={{ height: `${rows * rowHeight}px` }}>
          <canvas
            ref={canvas}
            tabIndex={0}
            role="img"
            aria-label={t.attention.arcsOfAll(integer(arcs.length), integer(queries.length))}
            data-keys="map"
            onPointerMove={(event) => {
              const half = event.offsetX < event.currentTarget.clientWidth / 2;
              pointed.value = half ? rowAt(event) : undefined;
            }}
            onPointerLeave={() => (pointed.value = undefined)}
            onClick={(event) => {
              const query = rowAt(event);
              if (query === undefined || event.offsetX > event.currentTarget.clientWidth / 2) {
                select({ block: block.id });
              } else select({ block: block.id, query });
            }}
          />
        </div>
      </div>
    </div>
  );
}
