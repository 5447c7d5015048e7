/** All heads at a glance: layers down, heads across; only what is on screen is painted. */
import { signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { arrivals, heads, options, selectHead, selection, trace } from '../state';
import { t } from '../strings';
import { theme } from '../theme';
import { resize, useBox } from '../useBox';
import { overviewPaint, statistics, thumbnails } from './heads';
import { describeHead } from './describe';
import { paintOverview } from './overviewPainter';
import { layOut, sortBlocks } from './overviewLayout';

/** Tiles side by side, as they lie on screen. */
export const shownColumns = signal(1);

/** The heads in the order that the person chose. */
export function orderedBlocks() {
  const { sort } = options.value;
  const blocks = heads.value;
  return sort === 'position' ? blocks : sortBlocks(blocks, sort, statistics.all());
}

export function Overview() {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const request = useRef(0);
  const box = useBox(scroller);
  const top = useSignal(0);
  const pointed = useSignal<string | undefined>(undefined);
  const { width } = box.value;
  const layout = layOut(orderedBlocks(), width, options.value.sort !== 'position');
  const latest = useRef(layout);
  latest.current = layout;
  useEffect(() => {
    shownColumns.value = layout.columns;
  }, [layout.columns]);

  const paint = (): void => {
    request.current = 0;
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    const current = trace.peek();
    if (!element || !context || !current || box.peek().width === 0) return;
    resize(element, box.peek());
    const wanted = paintOverview(context, {
      layout: latest.current,
      top: top.peek(),
      ratio: box.peek().ratio,
      ready: current.ready,
      thumbnails,
      statistics,
      statistic: options.peek().sort,
      selected: selection.peek().block,
      pointed: pointed.peek(),
      paint: overviewPaint.peek(),
      theme: theme.peek(),
    });
    thumbnails.want(wanted);
  };
  useSignalEffect(() => {
    void [theme.value, options.value, selection.value, arrivals.value, trace.value];
    void [box.value, top.value, pointed.value, thumbnails.all(), statistics.all()];
    if (request.current === 0) request.current = requestAnimationFrame(paint);
  });
  useEffect(() => () => cancelAnimationFrame(request.current), []);
  // The selected head comes on screen when it was chosen elsewhere.
  useEffect(() => {
    const element = scroller.current;
    const tile = layout.tiles.find(({ block }) => block.id === selection.value.block);
    if (!element || !tile) return;
    const end = tile.y + layout.pitchY;
    if (tile.y < element.scrollTop + 20) element.scrollTop = Math.max(0, tile.y - 24);
    else if (end > element.scrollTop + element.clientHeight) {
      element.scrollTop = end - element.clientHeight;
    }
  }, [selection.value.block, width]);

  const under = (event: MouseEvent) => {
    const y = event.offsetY + top.peek();
    return layout.tiles.find(
      (tile) =>
        event.offsetX >= tile.x &&
        event.offsetX < tile.x + layout.edge &&
        y >= tile.y &&
        y < tile.y + layout.pitchY,
    )?.block;
  };
  const head = pointed.value ?? selection.value.block;
  const described = head === undefined ? undefined : trace.value?.byId.get(head);
  return (
    <div
      ref={scroller}
      class="overview"
      onScroll={() => (top.value = scroller.current?.scrollTop ?? 0)}
    >
      <div class="overview-space" style={{ height: `${layout.height}px` }}>
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-roledescription={t.attention.overview}
          aria-label={`${t.attention.overview}. ${described ? describeHead(described) : ''}`}
          title={described && pointed.value !== undefined ? describeHead(described) : ''}
          data-keys="overview"
          onPointerMove={(event) => (pointed.value = under(event)?.id)}
          onPointerLeave={() => (pointed.value = undefined)}
          onClick={(event) => {
            const block = under(event);
            if (block) selectHead(block);
          }}
        />
      </div>
    </div>
  );
}
