/** All strips over one axis of time, with one cursor: the picture of the papers, and the way through it. */
import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { options, trace } from '../state';
import { goToStep, step } from '../steps/state';
import { t } from '../strings';
import { theme } from '../theme';
import { resize, useBox } from '../useBox';
import { rowOf } from './crop';
import { length, panSteps, pointed, slot, span, switched, unit, zoomSteps } from './state';
import {
  answer,
  crop,
  type Placed,
  paintOf,
  placed,
  room,
  shownSlot,
  wantShown,
} from './stripLayout';
import { axisHeight, eventsHeight, layerOf, paintStepCursor, paintStrips } from './stripPainter';
import { StripLabels } from './stripLabels';
import { storeOf } from './stripTiles';

/** CSS pixels of what is below the strips. */
const below = 4 + eventsHeight + axisHeight;
const zoomStep = 1.25;

export function Strips() {
  const outer = useRef<HTMLDivElement>(null);
  const middle = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const requests = useRef({ base: 0, over: 0 });
  const box = useBox(outer);
  const inner = useBox(middle);
  const all = placed.value;
  const last = all.at(-1);
  const stripsEnd = last ? last.top + last.height : 0;
  const height = stripsEnd + below;
  const sized = () => ({ width: inner.peek().width, height, ratio: inner.peek().ratio });

  useSignalEffect(() => {
    room.value = Math.max(160, box.value.height - below - 8);
  });
  const paintBase = (): void => {
    requests.current.base = 0;
    const context = base.current?.getContext('2d', { alpha: false });
    if (!base.current || !context || sized().width === 0) return;
    const { width, ratio } = sized();
    resize(base.current, sized());
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = theme.peek().background;
    context.fillRect(0, 0, width, height);
    context.translate(0, 1);
    paintStrips(context, {
      placed: placed.peek(),
      span: span.peek(),
      width: width - 1,
      ratio,
      theme: theme.peek(),
      events: trace.peek()?.events ?? [],
      answer: answer.peek(),
      paintOf,
    });
    wantShown();
  };
  const paintOver = (): void => {
    requests.current.over = 0;
    const context = over.current?.getContext('2d');
    if (!over.current || !context || sized().width === 0) return;
    const { width, ratio } = sized();
    resize(over.current, sized());
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.translate(0, 1);
    const chosen = shownSlot.peek();
    paintStepCursor(context, {
      placed: placed.peek(),
      span: span.peek(),
      width: width - 1,
      height: stripsEnd,
      step: step.peek(),
      pointed: pointed.peek()?.step,
      slotRow: chosen === undefined ? undefined : rowOf(crop.peek(), chosen),
      unit: unit.peek() ?? undefined,
      paintOf,
      theme: theme.peek(),
    });
  };
  useSignalEffect(() => {
    // Reading here is what makes the picture follow these.
    void [theme.value, options.value, span.value, inner.value, answer.value];
    for (const { strip } of placed.value) void [storeOf(strip).version.value, paintOf(strip)];
    if (answer.value) {
      void [storeOf(answer.value.target).version.value, storeOf(answer.value.wrong).version.value];
    }
    if (requests.current.base === 0) requests.current.base = requestAnimationFrame(paintBase);
  });
  useSignalEffect(() => {
    void [theme.value, span.value, inner.value, placed.value];
    void [step.value, pointed.value, shownSlot.value, unit.value];
    if (requests.current.over === 0) requests.current.over = requestAnimationFrame(paintOver);
  });
  useEffect(
    () => () => {
      cancelAnimationFrame(requests.current.base);
      cancelAnimationFrame(requests.current.over);
    },
    [],
  );
  const under = (event: MouseEvent): { step: number; one?: Placed; row: number } => {
    const { from, to } = span.peek();
    const share = event.offsetX / Math.max(1, sized().width - 1);
    const at = Math.max(from, Math.min(to - 1, Math.floor(from + share * (to - from))));
    const one = placed
      .peek()
      .find(({ top, height: tall }) => event.offsetY >= top && event.offsetY < top + tall);
    if (!one) return { step: at, row: 0 };
    const row = Math.min(
      one.rows - 1,
      Math.floor(((event.offsetY - one.top) / one.height) * one.rows),
    );
    return { step: at, one, row: one.rowAt(row) };
  };
  useEffect(() => {
    const element = over.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoomSteps(event.deltaY < 0 ? zoomStep : 1 / zoomStep, under(event).step);
      } else if (sideways !== 0) {
        event.preventDefault();
        const { from, to } = span.peek();
        panSteps((sideways / Math.max(1, sized().width)) * (to - from));
      }
    };
    // Preact listens passively; zooming must keep the page from scrolling.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);
  return (
    <div ref={outer} class="strips">
      <div class="strips-content" style={{ height: `${height}px` }}>
        <StripLabels />
        <div ref={middle} class="strips-pictures" style={{ height: `${height}px` }}>
          <canvas ref={base} aria-hidden="true" />
          <canvas
            ref={over}
            class="strips-cursor"
            tabIndex={0}
            role="application"
            aria-roledescription={t.memory.strips}
            aria-label={t.memory.stripsLabel(String(length.value), String(all.length))}
            data-keys="strips"
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              const at = under(event);
              goToStep(at.step);
              if (at.one?.strip.isSlots) slot.value = at.row;
              if (at.one?.strip.role === 'gate') {
                unit.value = { layer: layerOf(at.one.strip), index: at.row };
              }
            }}
            onPointerMove={(event) => {
              const at = under(event);
              if (event.buttons & 1) goToStep(at.step);
              pointed.value = at.one && { strip: at.one.strip.id, step: at.step, row: at.row };
            }}
            onPointerLeave={() => (pointed.value = undefined)}
          />
        </div>
      </div>
    </div>
  );
}

/** Switches a strip on or off. */
export function switchStrip(id: string, isOn: boolean): void {
  switched.value = { ...switched.value, [id]: isOn };
}
