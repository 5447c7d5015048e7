/** Long series as SVG paths that are no longer than the picture is wide. */

/** One vertical stroke from the least to the largest value of what falls on a pixel, joined; NaN leaves a gap. */
export function linePath(
  values: ArrayLike<number>,
  x: (place: number) => number,
  y: (value: number) => number,
  pixels: number,
): string {
  const stride = Math.max(1, Math.floor(values.length / Math.max(1, pixels)));
  let path = '';
  let isDrawn = false;
  for (let from = 0; from < values.length; from += stride) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = from; i < Math.min(values.length, from + stride); i++) {
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
    if (!Number.isFinite(low) || !Number.isFinite(high)) {
      isDrawn = false;
      continue;
    }
    path += `${isDrawn ? 'L' : 'M'}${round(x(from))} ${round(y(high))}`;
    if (low < high) path += `V${round(y(low))}`;
    isDrawn = true;
  }
  return path;
}

/** A tick below every step that changed something; steps on the same pixel share one. */
export function ticksPath(
  flipped: ArrayLike<number> | undefined,
  x: (place: number) => number,
  top: number,
  height: number,
): string {
  let path = '';
  let before = -Infinity;
  for (let i = 0; i < (flipped?.length ?? 0); i++) {
    if (!(flipped![i]! > 0)) continue;
    const left = round(x(i + 1));
    if (left - before < 1) continue;
    path += `M${left} ${top}v${height}`;
    before = left;
  }
  return path;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
