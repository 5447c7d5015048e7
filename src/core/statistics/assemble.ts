/**
 * An assembler for WebAssembly modules without imports but one memory: WebAssembly Core Specification 2.0,
 * chapter 5 (binary format). Instructions are written as expressions, operands first.
 */

/** Instructions, as bytes. */
export type Code = readonly number[];

const types = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Numbered after the parameters; zero at the start. */
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** Unsigned LEB128 (section 5.2.2). */
function unsigned(value: number): Code {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(Math.floor(value / 0x80))];
}

/** Signed LEB128 of 32 bits. */
function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const ends = (rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40);
  return ends ? [low] : [low | 0x80, ...signed(rest)];
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const text = (name: string): Code => vector([...name].map((letter) => [letter.charCodeAt(0)]));
const section = (id: number, items: readonly Code[]): Code => {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
};

/** The module's bytes. Its memory is imported as `env.memory`; its functions are exported and return nothing. */
export function assemble(functions: readonly FunctionDefinition[]): Uint8Array<ArrayBuffer> {
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, types[type]])), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map(({ parameters }) => [0x60, ...vector(parameters.map((t) => [types[t]])), 0]),
    ),
    ...section(2, [[...text('env'), ...text('memory'), 2, 0, 1]]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]),
    ),
    ...section(10, bodies),
  ]);
}

/** A number of type i32. */
export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];

/** Runs the body once, and again as long as `a` < `b` (unsigned) after it. */
export const loopWhileLess = (body: Code, a: Code, b: Code): Code => [
  ...[0x03, 0x40, ...body],
  ...[...a, ...b, 0x49, 0x0d, 0, 0x0b],
];

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const unary =
  (opcode: number) =>
  (a: Code): Code => [...a, ...simd(opcode)];
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...simd(opcode)];
/** Bytes are aligned to 2^`alignment`, a hint. */
const access = (opcode: number, alignment: number, offset: number): Code => [
  ...simd(opcode),
  alignment,
  ...unsigned(offset),
];

/** 128-bit instructions, by the names of the specification (section 4.4.3). */
export const v128 = {
  load: (address: Code, offset = 0): Code => [...address, ...access(0, 4, offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...access(11, 4, offset),
  ],
  /** `i8x16.shuffle` with the halves in each other's place. */
  swapHalves: (a: Code): Code => [
    ...[...a, ...a, ...simd(13)],
    ...[8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7],
  ],
  and: binary(78),
  or: binary(80),
} as const;

export const i32x4 = {
  splat: unary(17),
  geU: binary(64),
  extendLowU16: unary(169),
  extendHighU16: unary(170),
  shl: (a: Code, bits: number): Code => [...a, ...i32(bits), ...simd(171)],
  sub: binary(177),
} as const;

export const f32x4 = {
  eq: binary(65),
  abs: unary(224),
  add: binary(228),
  mul: binary(230),
  /** `b < a ? b : a`, so that a NaN in `b` is passed over. */
  pmin: binary(234),
  pmax: binary(235),
} as const;

export const f64x2 = {
  splat: unary(20),
  promoteLow: unary(95),
  add: binary(240),
  sub: binary(241),
  mul: binary(242),
} as const;
