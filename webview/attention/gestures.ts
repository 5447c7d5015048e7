/** Mouse and pen over a matrix: drag pans, the wheel zooms, a click is told with its cell. */
import type { Frame } from './scene';
import { clamp, type Shape, type Viewport, zoomAbout } from './viewport';

/** The matrix on a canvas as it is now. */
export interface Mapped {
  readonly shape: Shape;
  readonly frame: Frame;
  readonly viewport: Viewport;
  /** Device pixels of the largest cell. */
  readonly largest: number;
}

/** A place on the canvas, in device pixels from the matrix's corner and as a cell. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly row: number;
  readonly column: number;
  readonly inRows: boolean;
  readonly inColumns: boolean;
}

interface Options {
  mapped(): Mapped;
  move(to: Viewport): void;
  /** The pointer is there, and nothing is dragged. */
  hover(place: Place, event: PointerEvent): void;
  click(place: Place): void;
}

export interface Gestures {
  onWheel(event: WheelEvent): void;
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  onPointerUp(event: PointerEvent): void;
}

/** CSS pixels that a hand trembles while it clicks. */
const tremble = 4;

export function createGestures({ mapped, move, hover, click }: Options): Gestures {
  let drag: { x: number; y: number; start: Viewport; moved: boolean } | undefined;
  const at = (event: MouseEvent, { frame, viewport, shape }: Mapped): Place => {
    const x = event.offsetX * frame.ratio - frame.left;
    const y = event.offsetY * frame.ratio - frame.top;
    const row = Math.floor(viewport.top + y / viewport.zoom);
    const column = Math.floor(viewport.left + x / viewport.zoom);
    const inRows = y >= 0 && row < shape[0];
    const inColumns = x >= 0 && column < shape[1];
    return { x, y, row, column, inRows, inColumns };
  };
  return {
    onWheel(event) {
      event.preventDefault();
      const now = mapped();
      const { x, y } = at(event, now);
      const { viewport, frame } = now;
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const step = ((event.deltaX || event.deltaY) * frame.ratio) / viewport.zoom;
      move(
        sideways && !event.ctrlKey
          ? { ...viewport, left: viewport.left + step }
          : zoomAbout(viewport, 2 ** (-event.deltaY / (event.ctrlKey ? 60 : 240)), x, y),
      );
    },
    onPointerDown(event) {
      if (event.button !== 0) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      drag = { x: event.offsetX, y: event.offsetY, start: mapped().viewport, moved: false };
    },
    onPointerMove(event) {
      const now = mapped();
      if (!drag || !(event.buttons & 1)) return hover(at(event, now), event);
      const dx = event.offsetX - drag.x;
      const dy = event.offsetY - drag.y;
      if (!drag.moved && Math.hypot(dx, dy) < tremble) return;
      drag.moved = true;
      const scale = now.frame.ratio / drag.start.zoom;
      const next = {
        ...drag.start,
        left: drag.start.left - dx * scale,
        top: drag.start.top - dy * scale,
      };
      move(clamp(next, now.shape, now.frame, now.largest));
    },
    onPointerUp(event) {
      const from = drag;
      drag = undefined;
      if (from && !from.moved) click(at(event, mapped()));
    },
  };
}
