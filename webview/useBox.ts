/** The size of an element on screen, in CSS pixels, with the device's pixel ratio. */
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

export interface Box {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

/** Follows the inner size of a scrolling element, without its scroll bar. */
export function useBox(element: RefObject<HTMLElement | null>): Signal<Box> {
  const box = useSignal<Box>({ width: 0, height: 0, ratio: 1 });
  useEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    const observer = new ResizeObserver(() => {
      box.value = {
        width: current.clientWidth,
        height: current.clientHeight,
        ratio: devicePixelRatio,
      };
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return box;
}

/** Gives a canvas that size, in device pixels inside and CSS pixels outside. */
export function resize(canvas: HTMLCanvasElement, { width, height, ratio }: Box): void {
  const size = [Math.round(width * ratio), Math.round(height * ratio)] as const;
  if (canvas.width === size[0] && canvas.height === size[1]) return;
  [canvas.width, canvas.height] = size;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}
