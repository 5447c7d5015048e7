/** A list of rows of equal height of which only those on screen exist. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, CSSProperties, HTMLAttributes } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly count: number;
  /** CSS pixels. */
  readonly rowHeight: number;
  /** Brought on screen whenever it changes. */
  readonly reveal?: number | undefined;
  readonly row: (index: number, style: CSSProperties) => ComponentChildren;
  /** Attributes of the scrolling element (role, label, keys). */
  readonly attributes?: HTMLAttributes<HTMLDivElement>;
  /** Stays at the top. */
  readonly head?: ComponentChildren;
}

/** Chromium draws nothing beyond some 33 million pixels; longer lists are squeezed into this. */
const tallest = 16_000_000;

export function VirtualList({ count, rowHeight, reveal, row, attributes, head }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const at = useSignal({ top: 0, height: 600 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      at.value = { top: element.scrollTop, height: element.clientHeight };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const height = Math.min(tallest, count * rowHeight);
  const squeeze = count * rowHeight > height ? (count * rowHeight) / height : 1;
  useEffect(() => {
    const element = scroller.current;
    if (!element || reveal === undefined) return;
    const y = (reveal * rowHeight) / squeeze;
    const room = element.clientHeight - rowHeight * (head ? 2 : 1);
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y > element.scrollTop + room) element.scrollTop = y - room;
  }, [reveal, count]);
  const { top, height: shown } = at.value;
  const first = Math.max(0, Math.floor((top * squeeze) / rowHeight) - 4);
  const last = Math.min(count, first + Math.ceil(shown / rowHeight) + 9);
  const offset = first * rowHeight - top * (squeeze - 1);
  return (
    <div
      {...attributes}
      ref={scroller}
      class={`virtual ${String(attributes?.class ?? '')}`}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        at.value = { top: scrollTop, height: clientHeight };
      }}
    >
      {head}
      <div class="virtual-space" role="presentation" style={{ height: `${height}px` }}>
        {Array.from({ length: last - first }, (_, i) =>
          row(first + i, { top: `${offset + i * rowHeight}px`, height: `${rowHeight}px` }),
        )}
      </div>
    </div>
  );
}
