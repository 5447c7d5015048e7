/** A tensor as an image in colours. */

/** Which axes of a tensor are an image's rows, columns and colours. */
export interface ImageAxes {
  readonly rows: number;
  readonly columns: number;
  readonly colours: number;
}

/** Fewest rows and columns of an image. */
const smallest = 5;

/** Of `[…, 3, H, W]`, as PyTorch has it, or `[…, H, W, 3]`, with an opacity or without; undefined for others. */
export function imageAxes(shape: readonly number[]): ImageAxes | undefined {
  const first = shape.length - 3;
  const has = (colours: number, ...sides: readonly number[]): boolean =>
    [3, 4].includes(shape[colours] ?? 0) && sides.every((side) => (shape[side] ?? 0) >= smallest);
  if (has(first, first + 1, first + 2)) {
    return { colours: first, rows: first + 1, columns: first + 2 };
  }
  if (has(first + 2, first, first + 1)) {
    return { colours: first + 2, rows: first, columns: first + 1 };
  }
  return undefined;
}

/** What is black and what is full colour: 0…1 or 0…255 where the values lie in it, else the least and the largest. */
export function colourRange(
  channels: readonly Float32Array[],
): readonly [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const channel of channels) {
    for (const value of channel) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [0, 1];
  if (low < 0 || high > 255) return [low, high];
  return [0, high <= 1 ? 1 : 255];
}

/** Red, green and blue, of as many cells each, as pixels (RGBA); a cell with a NaN is transparent. */
export function toColours(
  channels: readonly Float32Array[],
  [low, high]: readonly [low: number, high: number],
): Uint8ClampedArray<ArrayBuffer> {
  const [red = new Float32Array()] = channels;
  const pixels = new Uint8ClampedArray(red.length * 4);
  const span = high > low ? high - low : 1;
  for (let cell = 0; cell < red.length; cell++) {
    const colours = [0, 1, 2].map((channel) => channels[channel]?.[cell] ?? NaN);
    pixels.set(
      colours.map((value) => (255 * (value - low)) / span),
      cell * 4,
    );
    pixels[cell * 4 + 3] = colours.some(Number.isNaN) ? 0 : 255;
  }
  return pixels;
}
