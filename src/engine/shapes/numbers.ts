/** Numbers for the symbols of an answer: those of a paused program, those that a person chose, and those of the code. */
import type { Answer, Member, ModuleAnswer, TupleAnswer } from '../../core/shapes';
import type { LoweredFile } from '../../core/shapes/analysis/source';
import type {
  Dimension,
  HoverMember,
  ModuleHover,
  Origin,
  PausedFrame,
  Sizes,
  TensorHover,
  TupleHover,
} from '../../protocol/shapes';
import { originsOf } from './origins';
import { bytesOf, chosenSize, evaluate, symbolsOf } from './sizes';

/** Where symbols come from, as seen from a line. */
export const originsIn =
  (lowered: LoweredFile, lines: readonly string[], line: number) =>
  (symbols: readonly string[]): readonly Origin[] =>
    originsOf(lowered, lines, line, symbols);
export type Origins = ReturnType<typeof originsIn>;

/** Numbers for expressions, once the person has chosen a size that they depend on; or at once, with those of the code. */
export function numbersFor(
  expressions: readonly Dimension[],
  seen: Sizes,
  origins: Origins,
  sizes: Sizes,
  actual: Sizes = {},
  isAtOnce = false,
): { readonly valueOf: (dim: Dimension) => Dimension; readonly used: Sizes } | undefined {
  const used: Record<string, number> = {};
  const symbols = symbolsOf(expressions);
  const found = origins(symbols);
  const isGiven = (one: string): boolean => (actual[one] ?? chosenSize(sizes, one)) !== undefined;
  if (!isAtOnce && symbols.length > 0 && !symbols.some(isGiven)) return undefined;
  const sizeOf = (symbol: string): number | undefined => {
    const known = seen[symbol] ?? found.find((origin) => origin.symbol === symbol)?.value;
    const size = actual[symbol] ?? chosenSize(sizes, symbol) ?? known;
    if (size !== undefined) used[symbol] = size;
    return size;
  };
  const valueOf = (dim: Dimension): Dimension =>
    typeof dim === 'string' ? (evaluate(dim, sizeOf) ?? dim) : dim;
  return { valueOf, used };
}

/** What numbers are made with: where symbols come from, and the values of some. */
export interface Given {
  readonly origins: Origins;
  readonly sizes: Sizes;
  /** Of a paused program. */
  readonly actual: Sizes;
}

/** The costs of an answer as numbers, with a way to have those of its dimensions. */
function counted(
  shape: readonly Dimension[],
  { cost = {}, seen = {} }: Pick<Answer, 'cost' | 'seen'>,
  { origins, sizes, actual }: Given,
) {
  const { flops, parameters, weights, cache } = cost;
  const counts = { flops, parameters, weights, cache };
  const all = [...shape, ...Object.values(counts).filter((one) => one !== undefined)];
  const numbers = numbersFor(all, seen, origins, sizes, actual);
  if (!numbers) return undefined;
  const { valueOf, used } = numbers;
  // Its symbols come first, in its order.
  shape.forEach((dim) => valueOf(dim));
  const priced = Object.entries(counts).flatMap(([name, dim]) => {
    const value = dim === undefined ? undefined : valueOf(dim);
    return typeof value === 'number' ? [[name, value] as const] : [];
  });
  /** With the numbers that went into all that was asked for so far. */
  const withUsed = <T extends object>(rest: T) => {
    const ofProgram = Object.keys(used).filter((symbol) => symbol in actual);
    return {
      ...rest,
      ...(Object.fromEntries(priced) as Partial<Record<keyof typeof counts, number>>),
      sizes: used,
      ...(ofProgram.length > 0 ? { paused: ofProgram } : {}),
    };
  };
  return { valueOf, withUsed };
}

export function withSizes(answer: Answer, given: Given): TensorHover['concrete'] {
  const { dtype, shape } = answer;
  const numbers = counted(shape, answer, given);
  if (!numbers) return undefined;
  const concrete = shape.map(numbers.valueOf);
  const bytes = bytesOf(dtype, concrete);
  return numbers.withUsed({ shape: concrete, ...(bytes === undefined ? {} : { bytes }) });
}

const isTuple = (member: Member): member is readonly Member[] => Array.isArray(member);

const dimensionsOf = (members: readonly Member[]): Dimension[] =>
  members.flatMap((member) => (isTuple(member) ? dimensionsOf(member) : (member?.shape ?? [])));

/** The members of a tuple with other dimensions. */
const mapped = (members: readonly Member[], by: (dim: Dimension) => Dimension): HoverMember[] =>
  members.map((member) =>
    isTuple(member)
      ? mapped(member, by)
      : member && { ...member, shape: member.shape.map((dim) => by(dim)) },
  );

export function tupleHover(
  answer: TupleAnswer,
  given: Given,
): Pick<TupleHover, 'members' | 'origins' | 'cost' | 'concrete'> {
  const { members, cost } = answer;
  const shape = dimensionsOf(members);
  const numbers = counted(shape, answer, given);
  const concrete = numbers && mapped(members, numbers.valueOf);
  const bytes = sumOfBytes(concrete ?? []);
  const told = { members: concrete ?? [], ...(bytes === undefined ? {} : { bytes }) };
  return {
    members,
    origins: given.origins(symbolsOf(shape)),
    ...(cost && { cost }),
    ...(numbers && { concrete: numbers.withUsed(told) }),
  };
}

function sumOfBytes(members: readonly HoverMember[]): number | undefined {
  let sum = 0;
  for (const member of members) {
    const bytes = isTuple(member)
      ? sumOfBytes(member)
      : member && bytesOf(member.dtype, member.shape);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

/** A tensor that only the paused program knows. */
export function pausedHover({ dtype, shape }: PausedFrame['tensors'][number]) {
  const bytes = bytesOf(dtype, shape);
  const concrete = { shape, sizes: {}, ...(bytes === undefined ? {} : { bytes }) };
  return { origins: [], isPaused: true as const, concrete };
}

export function moduleHover(
  { className, cost, seen = {} }: ModuleAnswer,
  origins: Origins,
  sizes: Sizes,
): Pick<ModuleHover, 'className' | 'cost' | 'concrete'> {
  const { parameters } = cost;
  if (parameters === undefined) return { className, cost };
  const numbers = numbersFor([parameters], seen, origins, sizes, {}, true);
  const value = numbers?.valueOf(parameters);
  return {
    className,
    cost,
    ...(numbers && typeof value === 'number'
      ? { concrete: { parameters: value, sizes: numbers.used } }
      : {}),
  };
}
