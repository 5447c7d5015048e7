/** What a JavaScript program did, kept inside of it until somebody drains; the counterpart of `record.py` and `drain.py`. */
import type { Events } from './events';
import type { Slices, Values } from './slices';

export interface Recorded {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
type Unknowns = Record<string, unknown>;

export type Recording = ReturnType<typeof createRecording>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createRecording({ base64, matrixOf, pooled }: Slices, events: Events) {
  const budget = 64 * 2 ** 20;
  const mostOperations = 20_000;
  /** Values of one array that are kept whole. */
  const whole = 1 << 16;
  const operations: Unknowns[] = [];
  /** `isBusy`: inside our own code, whose calls are no operations of the program. */
  const now = { isBusy: false };
  let [bytes, count, dropped] = [0, 0, 0];

  /** A typed array or a tensor of TensorFlow.js; own properties and methods of the library alone are used. */
  const valuesOf = (value: unknown): Values | undefined => {
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const kind = value.constructor.name;
      const [, word = '', bits = ''] = /^(Float|Int|Uint|BigInt|BigUint)(\d+)/.exec(kind) ?? [];
      if (!word || Buffer.isBuffer(value)) return undefined;
      const data = value as unknown as ArrayLike<number>;
      const dtype = `${word.toLowerCase().replace('big', '')}${bits}`;
      return { library: 'typed array', dtype, shape: [data.length], data };
    }
    if (typeof value !== 'object' || value === null) return undefined;
    const tensor = value as Unknowns & { dataSync?: () => ArrayLike<number> };
    if (!Object.hasOwn(tensor, 'dataId') || !Object.hasOwn(tensor, 'rankType')) return undefined;
    const { shape, dtype } = tensor as unknown as { shape: readonly number[]; dtype: string };
    if (tensor['isDisposedInternal'] === true || typeof tensor.dataSync !== 'function')
      return undefined;
    return { library: 'tfjs', dtype, shape, data: tensor.dataSync() };
  };
  /** JSON has no NaN, and a debugger's quoting leaves this alphabet alone. */
  const encode = (answer: unknown): string =>
    Buffer.from(JSON.stringify(answer)).toString('base64');
  /** The first line of the stack that is the person's. */
  const placeOf = (): Unknowns => {
    for (const line of (new Error().stack ?? '').split('\n').slice(1)) {
      const [, name = '', file = '', at = ''] =
        /^\s*at (?:async )?(?:(.*?) \()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):\d+\)?$/.exec(
          line,
        ) ?? [];
      if (!file || /[\\/]node_modules[\\/]/.test(file)) continue;
      const path = file.startsWith('file:') ? decodeURIComponent(new URL(file).pathname) : file;
      return { file: path.replace(/^\/([A-Za-z]:)/, '$1'), line: Number(at), function: name };
    }
    return { file: '', line: 0, function: '' };
  };
  const kept = (value: unknown): Recorded | undefined => {
    const values = valuesOf(value);
    if (!values) return undefined;
    if (values.data.length <= whole) {
      return { shape: values.shape, data: Float32Array.from(values.data, Number) };
    }
    const matrix = matrixOf(values);
    const edge = Math.ceil(Math.max(matrix.rows, matrix.columns) / 64);
    const { rows, columns, data } = pooled(matrix, edge, 0, 0, 64);
    return { shape: [rows, columns], data };
  };
  const record = (
    what: string,
    name: string,
    arrays: Readonly<Record<string, Recorded | undefined>>,
    facts: Unknowns,
  ): void => {
    const found = Object.entries(arrays).filter(([, array]) => array !== undefined);
    const size = found.reduce((sum, [, array]) => sum + array!.data.byteLength, 0);
    const kept = Object.fromEntries(found);
    const stopped = events.hit(what, kept, facts);
    operations.push({
      id: count++,
      what,
      name,
      ...placeOf(),
      facts,
      ...(stopped !== undefined && { stopped }),
      arrays: kept,
      bytes: size,
    });
    bytes += size;
    while (operations.length > 0 && (bytes > budget || operations.length > mostOperations)) {
      bytes -= operations.shift()!['bytes'] as number;
      dropped++;
    }
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

  /** Operations up to `limit` bytes as one safetensors file, as `drain.py` makes it. */
  const drain = (limit: number): string => {
    const header: Unknowns = {};
    const parts: Float32Array[] = [];
    const listed: Unknowns[] = [];
    let offset = 0;
    while (operations.length > 0 && (offset < limit || listed.length === 0)) {
      const { arrays, bytes: size, ...operation } = operations.shift()!;
      bytes -= size as number;
      const told: Unknowns = {};
      for (const [name, { shape, data }] of Object.entries(arrays as Record<string, Recorded>)) {
        const end = offset + data.byteLength;
        const key = `${String(operation['id'])}.${name}`;
        header[key] = { dtype: 'F32', shape, data_offsets: [offset, end] };
        told[name] = { key };
        parts.push(data);
        offset = end;
      }
      listed.push({ ...operation, arrays: told });
    }
    const lost = dropped;
    dropped = 0;
    if (listed.length === 0) return encode({ operations: 0, dropped: lost, bytes: 0 });
    header['__metadata__'] = { 'mnemoscope.operations': JSON.stringify(listed) };
    const json = Buffer.from(JSON.stringify(header));
    const padded = Buffer.alloc(8 + 8 * Math.ceil(json.length / 8), 0x20);
    padded.writeBigUInt64LE(BigInt(padded.length - 8));
    json.copy(padded, 8);
    const views = parts.map((data) =>
      Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    );
    const file = Buffer.concat([padded, ...views]);
    const more = operations.length > 0;
    return encode({
      operations: listed.length,
      dropped: lost,
      bytes: file.length,
      data: base64(file),
      more,
    });
  };

  return { valuesOf, encode, kept, record, drain, attempt, quietly, now };
}
