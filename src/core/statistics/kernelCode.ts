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

/** How eight values a turn come out of memory, as float32. */
interface Source {
  readonly name: keyof KernelFunctions;
  /** Bytes of eight values. */
  readonly bytes: number;
  /** Runs first in each turn; the locals are free for it. */
  prepare(at: Code, eight: number): Code;
  /** The first four or the second four; `four` is free to hold them. */
  vector(second: boolean, at: Code, eight: number, four: number): Code;
}

const float32: Source = {
  name: 'momentsOfFloat32',
  bytes: 32,
  prepare: () => [],
  vector: (second, at) => v128.load(at, second ? 16 : 0),
};

const sixteenBits = (name: Source['name'], widened: (lanes: Code) => Code): Source => ({
  name,
  bytes: 16,
  prepare: (at, eight) => set(eight, v128.load(at)),
  vector: (second, _, eight, four) => [
    ...set(four, (second ? i32x4.extendHighU16 : i32x4.extendLowU16)(get(eight))),
    ...widened(get(four)),
  ],
});

/** For a count that is a multiple of 8: minima, maxima and zeros by lane, then sums and squares of differences from `shift`, as float64. */
function moments(source: Source): FunctionDefinition {
  const [at, end, out, shift] = [0, 1, 2, 3];
  const [shifts, value, difference, low, high, zeros, eight, four] = [4, 5, 6, 7, 8, 9, 10, 11];
  // Each quarter of a turn has its own sums: an addition takes as long as four of them.
  const quarters = [12, 14, 16, 18].map((sum) => ({ sum, squares: sum + 1 }));
  const halfOf = ({ sum, squares }: (typeof quarters)[number], two: Code): Code => [
    ...set(difference, f64x2.sub(f64x2.promoteLow(two), get(shifts))),
    ...set(sum, f64x2.add(get(sum), get(difference))),
    ...set(squares, f64x2.add(get(squares), f64x2.mul(get(difference), get(difference)))),
  ];
  const vector = (second: boolean) => source.vector(second, get(at), eight, four);
  const half = (second: boolean): Code => [
    ...set(value, vector(second)),
    ...set(low, f32x4.pmin(get(low), get(value))),
    ...set(high, f32x4.pmax(get(high), get(value))),
    // A comparison that holds is −1.
    ...set(zeros, i32x4.sub(get(zeros), f32x4.eq(get(value), i32x4.splat(i32(0))))),
    ...halfOf(quarters[second ? 2 : 0]!, get(value)),
    ...halfOf(quarters[second ? 3 : 1]!, v128.swapHalves(get(value))),
  ];
  const total = (locals: readonly number[]) => locals.map(get).reduce(f64x2.add);
  return {
    name: source.name,
    parameters: ['i32', 'i32', 'i32', 'f64'],
    locals: Array.from({ length: 16 }, () => 'v128' as const),
    body: [
      ...set(shifts, f64x2.splat(get(shift))),
      ...source.prepare(get(at), eight),
      ...set(low, vector(false)),
      ...set(high, get(low)),
      ...loopWhileLess(
        [
          ...source.prepare(get(at), eight),
          ...half(false),
          ...half(true),
          ...set(at, add(get(at), i32(source.bytes))),
        ],
        get(at),
        get(end),
      ),
      ...v128.store(get(out), get(low)),
      ...v128.store(get(out), get(high), 16),
      ...v128.store(get(out), get(zeros), 32),
      ...v128.store(get(out), total(quarters.map(({ sum }) => sum)), 48),
      ...v128.store(get(out), total(quarters.map(({ squares }) => squares)), 64),
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

/** Writes what a source gives as float32. */
function widen(name: keyof KernelFunctions, source: Source): FunctionDefinition {
  const [at, end, to, eight, four] = [0, 1, 2, 3, 4];
  return {
    name,
    parameters: ['i32', 'i32', 'i32'],
    locals: ['v128', 'v128'],
    body: loopWhileLess(
      [
        ...source.prepare(get(at), eight),
        ...v128.store(get(to), source.vector(false, get(at), eight, four)),
        ...v128.store(get(to), source.vector(true, get(at), eight, four), 16),
        ...set(at, add(get(at), i32(source.bytes))),
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

const float16 = sixteenBits('momentsOfFloat16', fromFloat16);
const bfloat16 = sixteenBits('momentsOfBfloat16', (lanes) => i32x4.shl(lanes, 16));

export const kernelFunctions: readonly FunctionDefinition[] = [
  moments(float32),
  moments(float16),
  moments(bfloat16),
  widen('widenFloat16', float16),
  widen('widenBfloat16', bfloat16),
  addRow(),
];

type Moments = (at: number, end: number, out: number, shift: number) => void;
type Widen = (at: number, end: number, to: number) => void;

/** The exports, with addresses in bytes. Each runs at least one turn. */
export interface KernelFunctions {
  readonly momentsOfFloat32: Moments;
  readonly momentsOfFloat16: Moments;
  readonly momentsOfBfloat16: Moments;
  readonly widenFloat16: Widen;
  readonly widenBfloat16: Widen;
  addRow(at: number, end: number, sums: number): void;
}
