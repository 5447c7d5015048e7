/** The inner loops over values, in SIMD WebAssembly: moments, sums of columns, widening to float32. */
import {
  add,
  type Code,
  f32x4,
  f64x2,
  type FunctionDefinition,
  get,
  i32,
  i32x4,
  loopWhileLess,
  set,
  v128,
} from './assemble';

/** For a count that is a multiple of 4: minima, maxima and zeros by lane, then sums and squares of differences from `shift`, as float64. */
function moments(): FunctionDefinition {
  const [at, end, out, shift] = [0, 1, 2, 3];
  const [shifts, value, difference, low, high, zeros] = [4, 5, 6, 7, 8, 9];
  // Each half of a vector has its own sums, which do not wait for each other.
  const halves = [
    { offset: 0, sum: 10, squares: 11 },
    { offset: 8, sum: 12, squares: 13 },
  ] as const;
  const half = ({ offset, sum, squares }: (typeof halves)[number]): Code => [
    ...set(difference, f64x2.sub(f64x2.promoteLow(v128.load64Zero(get(at), offset)), get(shifts))),
    ...set(sum, f64x2.add(get(sum), get(difference))),
    ...set(squares, f64x2.add(get(squares), f64x2.mul(get(difference), get(difference)))),
  ];
  return {
    name: 'moments',
    parameters: ['i32', 'i32', 'i32', 'f64'],
    locals: Array.from({ length: 10 }, () => 'v128' as const),
    body: [
      ...set(shifts, f64x2.splat(get(shift))),
      ...set(low, v128.load(get(at))),
      ...set(high, get(low)),
      ...loopWhileLess(
        [
          ...set(value, v128.load(get(at))),
          ...set(low, f32x4.pmin(get(low), get(value))),
          ...set(high, f32x4.pmax(get(high), get(value))),
          // A comparison that holds is −1.
          ...set(zeros, i32x4.sub(get(zeros), f32x4.eq(get(value), i32x4.splat(i32(0))))),
          ...halves.flatMap(half),
          ...set(at, add(get(at), i32(16))),
        ],
        get(at),
        get(end),
      ),
      ...v128.store(get(out), get(low)),
      ...v128.store(get(out), get(high), 16),
      ...v128.store(get(out), get(zeros), 32),
      ...v128.store(get(out), f64x2.add(get(halves[0].sum), get(halves[1].sum)), 48),
      ...v128.store(get(out), f64x2.add(get(halves[0].squares), get(halves[1].squares)), 64),
    ],
  };
}

/** Adds the magnitudes of one row to sums, four columns at a time. */
function addRow(): FunctionDefinition {
  const [at, end, sums] = [0, 1, 2];
  return {
    name: 'addRow',
    parameters: ['i32', 'i32', 'i32'],
    locals: [],
    body: loopWhileLess(
      [
        ...v128.store(get(sums), f32x4.add(v128.load(get(sums)), f32x4.abs(v128.load(get(at))))),
        ...set(at, add(get(at), i32(16))),
        ...set(sums, add(get(sums), i32(16))),
      ],
      get(at),
      get(end),
    ),
  };
}

/** Eight 16-bit values a turn; `widened` gives the float32 bits of the four in the 32-bit lanes of a local. */
function widen(name: string, widened: (lanes: Code) => Code): FunctionDefinition {
  const [at, end, to, eight, four] = [0, 1, 2, 3, 4];
  return {
    name,
    parameters: ['i32', 'i32', 'i32'],
    locals: ['v128', 'v128'],
    body: loopWhileLess(
      [
        ...set(eight, v128.load(get(at))),
        ...set(four, i32x4.extendLowU16(get(eight))),
        ...v128.store(get(to), widened(get(four))),
        ...set(four, i32x4.extendHighU16(get(eight))),
        ...v128.store(get(to), widened(get(four)), 16),
        ...set(at, add(get(at), i32(16))),
        ...set(to, add(get(to), i32(32))),
      ],
      get(at),
      get(end),
    ),
  };
}

/** float16 has 5 bits of exponent, biased by 15; float32 has 8, biased by 127. */
function fromFloat16(lanes: Code): Code {
  const all = (value: number) => i32x4.splat(i32(value));
  const bits = v128.and(lanes, all(0x7fff));
  // As float32 the exponent is too small by 112; a product is right for subnormal numbers too.
  const scaled = f32x4.mul(i32x4.shl(bits, 13), all((112 + 127) << 23));
  const special = v128.and(i32x4.geU(bits, all(0x7c00)), all(0x7f800000));
  const sign = i32x4.shl(v128.and(lanes, all(0x8000)), 16);
  return v128.or(v128.or(scaled, special), sign);
}

const fromBfloat16 = (lanes: Code): Code => i32x4.shl(lanes, 16);

export const kernelFunctions: readonly FunctionDefinition[] = [
  moments(),
  addRow(),
  widen('widenBfloat16', fromBfloat16),
  widen('widenFloat16', fromFloat16),
];

/** The exports, with addresses in bytes. Each runs at least one turn. */
export interface KernelFunctions {
  moments(at: number, end: number, out: number, shift: number): void;
  addRow(at: number, end: number, sums: number): void;
  widenBfloat16(at: number, end: number, to: number): void;
  widenFloat16(at: number, end: number, to: number): void;
}
