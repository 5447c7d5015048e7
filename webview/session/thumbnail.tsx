/** A tensor of a frame at the size of a line. */
import { useEffect, useRef } from 'preact/hooks';
import { colorAt } from '../../src/core/draw/colormap';
import type { FrameTensor } from '../../src/protocol/session';

export function Thumbnail({ of }: { readonly of: FrameTensor }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { thumbnail, min = 0, max = 0 } = of;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context && thumbnail) paint(context, thumbnail, min, max);
  }, [thumbnail?.data, min, max]);
  if (!thumbnail) return null;
  const [rows, columns] = thumbnail.shape;
  return <canvas ref={canvas} width={columns} height={rows} aria-hidden="true" />;
}

type Picture = NonNullable<FrameTensor['thumbnail']>;

/** Signed values around 0 in RdBu, others from least to largest in viridis. */
function paint(
  context: CanvasRenderingContext2D,
  { shape: [rows, columns], data }: Picture,
  min: number,
  max: number,
): void {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const signed = min < 0 && max > 0;
  const map = signed ? 'signed' : 'viridis';
  const most = Math.max(Math.abs(min), Math.abs(max)) || 1;
  const image = context.createImageData(columns, rows);
  bytes.forEach((byte, index) => {
    const share = byte / 255;
    const value = min + share * (max - min);
    const at = signed ? (value / most + 1) / 2 : share;
    image.data.set([...colorAt(map, at), 255], index * 4);
  });
  context.putImageData(image, 0, 0);
}
