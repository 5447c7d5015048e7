/** What a JavaScript program did, kept inside of it until somebody drains; the counterpart of `record.py`. */
import type { Events } from './events';
import type { Scripts } from './scripts';
import type { Slices, Values } from './slices';

export interface Recorded {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export interface Operation {
  readonly id: number;
  readonly what: string;
  readonly facts: Unknowns;
  readonly arrays: Readonly<Record<string, Recorded>>;
  readonly bytes: number;
}
type Unknowns = Record<string, unknown>;
type Unreadable = Omit<Values, 'data'> & { /** Why there are no values. */ readonly note: string };
interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly dataId: object;
  readonly isDisposedInternal?: boolean;
  dataSync(): Float32Array;
}
interface Engine {
  readonly state?: { readonly tensorInfo?: WeakMap<object, { readonly backend?: object }> };
}

export type Recording = ReturnType<typeof createRecording>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createRecording(
  { matrixOf, pooled }: Slices,
  events: Events,
  { placeOf }: Scripts,
) {
  const scope = globalThis as unknown as Unknowns;
  const budget = 256 * 2 ** 20;
  const mostOperations = 20_000;
  /** Values of one array that are kept whole. */
  const whole = 1 << 16;
  /** Bytes of one array beyond which it is not copied at each operation. */
  const mostOfOne = 16 * 2 ** 20;
  const operations: Operation[] = [];
  /** `isBusy`: inside our own code, whose calls are no operations of the program. */
  const now = { isBusy: false };
  let [bytes, count, dropped] = [0, 0, 0];

  /** What looks at one runs the person's code. */
  const isProxy: (value: unknown) => boolean =
    process.getBuiltinModule?.('node:util').types.isProxy ?? (() => false);
  /** Values that an object or an array owns, by their names, `most` at most; no getter runs, and an array may be long. */
  const ownOf = (value: object, most = 64): readonly (readonly [string, unknown])[] => {
    if (isProxy(value) || ArrayBuffer.isView(value)) return [];
    const keys = Array.isArray(value)
      ? Array.from({ length: Math.min(value.length, most) }, (_, index) => String(index))
      : Object.keys(value).slice(0, most);
    return keys.map((key) => [key, Object.getOwnPropertyDescriptor(value, key)?.value] as const);
  };
  /** What a typed array or a tensor of TensorFlow.js is; own properties and methods of the library alone are used. */
  const lookAt = (value: unknown): Values | Unreadable | undefined => {
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const kind = value.constructor.name;
      const [, word = '', bits = ''] = /^(Float|Int|Uint|BigInt|BigUint)(\d+)/.exec(kind) ?? [];
      if (!word || Buffer.isBuffer(value)) return undefined;
      const data = value as unknown as ArrayLike<number>;
      const dtype = `${word.toLowerCase().replace('big', '')}${bits}`;
      return { library: 'typed array', dtype, shape: [data.length], data };
    }
    if (typeof value !== 'object' || value === null || isProxy(value)) return undefined;
    if (!Object.hasOwn(value, 'dataId') || !Object.hasOwn(value, 'rankType')) return undefined;
    const tensor = value as unknown as Tensor;
    const { shape, dtype, dataId } = tensor;
    const what = { library: 'tfjs', dtype, shape };
    if (tensor.isDisposedInternal) return { ...what, note: 'disposed' };
    if (dtype === 'string') return { ...what, note: 'no numbers' };
    try {
      const data = tensor.dataSync();
      if (dtype !== 'complex64') return { ...what, data };
      // By magnitude: real and imaginary parts stand one after the other.
      const parts = Array.from({ length: data.length / 2 }, (_, at) => data.subarray(2 * at));
      return { ...what, data: Float32Array.from(parts, ([x = 0, y = 0]) => Math.hypot(x, y)) };
    } catch (error) {
      const engine = scope['_tfengine'] as Engine | undefined;
      const backend = engine?.state?.tensorInfo?.get(dataId)?.backend?.constructor.name ?? '';
      const reason = String(error).split('\n')[0]?.slice(0, 160);
      return {
        ...what,
        note: `${backend} hands over no values while the program waits: ${reason}`,
      };
    }
  };
  const valuesOf = (value: unknown): Values | undefined => {
    const found = lookAt(value);
    return found && 'data' in found ? found : undefined;
  };
  /** JSON has no NaN, and a debugger's quoting leaves this alphabet alone. */
  const encode = (answer: unknown): string =>
    Buffer.from(JSON.stringify(answer)).toString('base64');
  /** A copy; one by one it takes ten times as long. */
  const floats = (data: ArrayLike<number>): Float32Array =>
    typeof data[0] === 'bigint' ? Float32Array.from(data, Number) : new Float32Array(data);
  const kept = (value: unknown): Recorded | undefined => {
    const values = valuesOf(value);
    if (!values) return undefined;
    if (values.data.length <= whole) {
      return { shape: values.shape, data: floats(values.data) };
    }
    const matrix = matrixOf(values);
    const edge = Math.ceil(Math.max(matrix.rows, matrix.columns) / 64);
    const { rows, columns, data } = pooled(matrix, edge, 0, 0, 64);
    return { shape: [rows, columns], data };
  };
  /** All of an array, whose shape its owner may tell better. Throws where it is too large. */
  const copyOf = ({ data, shape }: Values, better = shape): Recorded => {
    if (4 * data.length > mostOfOne) throw new Error(`${data.length} values are not kept`);
    return { shape: better, data: floats(data) };
  };
  const record = (
    what: string,
    name: string,
    arrays: Readonly<Record<string, Recorded | undefined>>,
    facts: Unknowns,
    note?: string,
  ): void => {
    const found = Object.entries(arrays).filter(([, array]) => array !== undefined);
    const size = found.reduce((sum, [, array]) => sum + array!.data.byteLength, 0);
    const kept = Object.fromEntries(found) as Record<string, Recorded>;
    const stopped = events.hit(what, kept, facts);
    operations.push({
      id: count++,
      what,
      name,
      ...placeOf(),
      facts,
      ...(stopped !== undefined && { stopped }),
      ...(note !== undefined && { note }),
      arrays: kept,
      bytes: size,
    } as Operation);
    bytes += size;
    while (operations.length > 0 && (bytes > budget || operations.length > mostOperations)) {
      take();
      dropped++;
    }
  };
  /** The oldest operation; undefined where there is none. */
  const take = (): Operation | undefined => {
    const operation = operations.shift();
    bytes -= operation?.bytes ?? 0;
    return operation;
  };
  const takeDropped = (): number => {
    const lost = dropped;
    dropped = 0;
    return lost;
  };

  /** Our own work between two lines of the program: whatever goes wrong there is not the program's. */
  const attempt = (work: () => void): void => {
    if (now.isBusy) return;
    now.isBusy = true;
    try {
      work();
    } catch {
      // The operation is not recorded.
    } finally {
      now.isBusy = false;
    }
  };

  /** What the debugger asks for is no operation of the program. */
  const quietly = <T>(work: () => T): T => {
    const before = now.isBusy;
    now.isBusy = true;
    try {
      return work();
    } finally {
      now.isBusy = before;
    }
  };

  return {
    isProxy,
    ownOf,
    lookAt,
    valuesOf,
    encode,
    kept,
    copyOf,
    record,
    attempt,
    quietly,
    now,
    take,
    takeDropped,
    left: () => operations.length,
    whole,
  };
}
