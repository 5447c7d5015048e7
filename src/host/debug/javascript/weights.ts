/** Weights of a model that stands in a frame, as a safetensors file like any other checkpoint; see `weights.py`. */
import type { Draining } from './drain';
import type { Files } from './files';
import type { Recording } from './recording';

type Unknowns = Record<string, unknown>;
interface Variable {
  readonly name: string;
  /** The name in a saved file. */
  readonly originalName?: string;
  read(): unknown;
}

export type Weights = ReturnType<typeof createWeights>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createWeights(
  { encode, lookAt, ownOf }: Recording,
  { safetensors }: Draining,
  { hand }: Files,
) {
  const types: Readonly<Record<string, string>> = {
    float64: 'F64',
    float32: 'F32',
    int64: 'I64',
    uint64: 'U64',
    int32: 'I32',
    uint32: 'U32',
    int16: 'I16',
    uint16: 'U16',
    int8: 'I8',
    uint8: 'U8',
    bool: 'BOOL',
  };
  const mostDeep = 6;
  const mostBytes = 2 ** 31;

  const isVariable = (value: unknown): value is Variable =>
    typeof (value as Variable | null)?.read === 'function' &&
    typeof (value as Variable).name === 'string';
  /** Of a model or layer of TensorFlow.js its variables, else arrays by the way that leads to them; getters are not run. */
  const tensorsIn = function* (
    value: unknown,
    path: string,
    deep: number,
    seen: Set<unknown>,
  ): Generator<readonly [string, unknown]> {
    if (typeof value !== 'object' || value === null || seen.has(value) || deep > mostDeep) return;
    seen.add(value);
    if (lookAt(value)) return yield [path || 'tensor', value];
    const variables = isModel(value) ? value.weights : [];
    for (const one of variables) yield [one.originalName ?? one.name, one.read()];
    if (variables.length > 0 || ArrayBuffer.isView(value)) return;
    const entries =
      value instanceof Map ? [...(value as Map<unknown, unknown>)] : ownOf(value, 4096);
    for (const [key, inner] of entries) {
      yield* tensorsIn(inner, path ? `${path}.${String(key)}` : String(key), deep + 1, seen);
    }
  };
  /** Its `weights` is a getter; the person asked for what it gives. */
  const isModel = (value: object): value is { readonly weights: readonly Variable[] } => {
    if (typeof (value as Unknowns)['getWeights'] !== 'function') return false;
    const { weights } = value as Unknowns;
    return Array.isArray(weights) && weights.every(isVariable);
  };

  return {
    /** Path and bytes of a new file, or the bytes themselves where they are no more than `limit`. */
    save(read: () => unknown, limit: number): string {
      const header: Record<string, object> = {};
      const parts: ArrayBufferView[] = [];
      let offset = 0;
      for (const [name, tensor] of tensorsIn(read(), '', 0, new Set())) {
        const values = lookAt(tensor);
        const kind = values && types[values.dtype];
        if (!kind || !('data' in values) || Object.hasOwn(header, name)) continue;
        const data = values.data as unknown as ArrayBufferView;
        const end = offset + data.byteLength;
        if (end > mostBytes) throw new Error(`more than ${mostBytes} bytes of weights`);
        header[name] = { dtype: kind, shape: values.shape, data_offsets: [offset, end] };
        parts.push(data);
        offset = end;
      }
      if (parts.length === 0) throw new Error('there are no tensors in it');
      return encode(hand(safetensors(header, parts), limit));
    },
  };
}
