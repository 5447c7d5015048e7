/** How far the values of two tensors lie apart. Every number is finite. */

export interface Difference {
  readonly elements: number;
  /** Elements that are not equal. NaN equals NaN, 0 equals −0. */
  readonly changed: number;
  /** Of those, the ones where a side is NaN or infinite: they are in no number below. */
  readonly notFinite: number;
  /** Largest |b − a|, and its place in A's row-major order. */
  readonly largest: number;
  readonly largestAt: number;
  /** Euclidean norms of b − a, a and b over the elements that are finite on both sides. */
  readonly deltaNorm: number;
  readonly aNorm: number;
  readonly bNorm: number;
  /** Σ a·b over the same elements. */
  readonly dot: number;
}

/** Sums in float64, so that a billion float32 values lose nothing that is shown. */
export interface DifferenceSum {
  /** `at`: the place of the first value in A's row-major order. */
  add(a: Float32Array, b: Float32Array, at: number): void;
  result(): Difference;
}

export function createDifferenceSum(): DifferenceSum {
  const sum = { elements: 0, changed: 0, notFinite: 0, largest: 0, largestAt: 0 };
  const squares = { delta: 0, a: 0, b: 0, dot: 0 };
  return {
    add(a, b, at) {
      // Locals: variables of the enclosing function would be loaded and stored for every element.
      let { changed, notFinite, largest, largestAt } = sum;
      let [delta, aa, bb, dot] = [0, 0, 0, 0];
      const { length } = a;
      for (let i = 0; i < length; i++) {
        const x = a[i]!;
        const y = b[i]!;
        const d = y - x;
        // Infinity − Infinity and everything with NaN is NaN.
        if (d - d === 0) {
          aa += x * x;
          bb += y * y;
          dot += x * y;
          if (d !== 0) {
            changed++;
            delta += d * d;
            const size = Math.abs(d);
            if (size > largest) {
              largest = size;
              largestAt = at + i;
            }
          }
        } else if (!Object.is(x, y)) {
          changed++;
          notFinite++;
        }
      }
      Object.assign(sum, { changed, notFinite, largest, largestAt });
      sum.elements += length;
      squares.delta += delta;
      squares.a += aa;
      squares.b += bb;
      squares.dot += dot;
    },
    result: () => ({
      ...sum,
      deltaNorm: Math.sqrt(squares.delta),
      aNorm: Math.sqrt(squares.a),
      bNorm: Math.sqrt(squares.b),
      dot: squares.dot,
    }),
  };
}

/** ‖b − a‖ / ‖a‖; undefined where a is zero and b is not. */
export function relativeChange({ deltaNorm, aNorm }: Difference): number | undefined {
  if (deltaNorm === 0) return 0;
  return aNorm > 0 ? deltaNorm / aNorm : undefined;
}

/** Cosine of the angle between the two as vectors; undefined where one is zero. */
export function cosine({ dot, aNorm, bNorm }: Difference): number | undefined {
  return aNorm > 0 && bNorm > 0 ? Math.max(-1, Math.min(1, dot / aNorm / bNorm)) : undefined;
}

/** Signal to noise 20·log₁₀(‖source‖ / ‖error‖) in dB; undefined where there is no error or no signal. */
export function signalToNoise(sourceNorm: number, errorNorm: number): number | undefined {
  return errorNorm > 0 && sourceNorm > 0 ? 20 * Math.log10(sourceNorm / errorNorm) : undefined;
}
