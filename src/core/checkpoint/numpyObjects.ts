/** NumPy arrays and scalars inside a pickle, read from what their constructors would have been given. */
import { FormatError, memorySource } from './bytes';
import type { Tensor } from './checkpoint';
import { byteLength, countOf, elementCount, isKnownDType } from './dtype';
import {
  argsOf,
  globalName,
  intsOf,
  itemsOf,
  isNode,
  type Call,
  type Pickled,
} from './pickleNodes';
import { numpyDTypes } from './numpyType';
import { widen } from './widen';

interface ArrayType {
  readonly dtype: string;
  readonly byteOrder: 'little' | 'big';
}

/** `numpy.core.multiarray.x` and its later homes all end alike. */
export function numpyName(call: Call): string | undefined {
  const name = globalName(call.callable);
  return name?.startsWith('numpy.') ? name.split('.').at(-1) : undefined;
}

/** An array: `_reconstruct` with its state, or `_frombuffer`. Its values are in the pickle itself. */
export function numpyArray(call: Call, file: string): Omit<Tensor, 'name' | 'file'> | undefined {
  const name = numpyName(call);
  const args = argsOf(call);
  if (name === '_reconstruct') {
    const [, size, type, fortran, bytes] = itemsOf(call.state ?? null) ?? [];
    return array(size, type, fortran === true, bytes, file);
  }
  if (name === '_frombuffer') return array(args[2], args[1], args[3] === 'F', args[0], file);
  return undefined;
}

/** A scalar as a number; undefined when it is none. */
export function numpyScalar(call: Call): number | undefined {
  if (numpyName(call) !== 'scalar') return undefined;
  const [type, bytes] = argsOf(call);
  const { dtype, byteOrder } = arrayType(type) ?? {};
  const raw = bytesOf(bytes);
  if (!dtype || !isKnownDType(dtype) || raw?.length !== byteLength(dtype, 1)) return undefined;
  const little = byteOrder === 'big' ? raw.toReversed() : raw.slice();
  if (dtype === 'float64') return new Float64Array(little.buffer)[0];
  const value = new Float32Array(1);
  return widen(dtype, little, value) ? value[0] : undefined;
}

function array(
  size: Pickled | undefined,
  type: Pickled | undefined,
  fortran: boolean,
  content: Pickled | undefined,
  file: string,
): Omit<Tensor, 'name' | 'file'> | undefined {
  const shape = intsOf(size ?? null);
  const { dtype, byteOrder } = arrayType(type) ?? {};
  if (!shape || !dtype || !byteOrder) return undefined;
  const bytes = bytesOf(content);
  if (!bytes || !isKnownDType(dtype)) {
    const reason = `a NumPy array of ${dtype} is shown, not unpickled`;
    return { dtype, shape, bytes: 0, data: { kind: 'opaque', reason } };
  }
  if (bytes.length !== byteLength(dtype, countOf(shape, file))) {
    throw new FormatError(file, `a NumPy array [${shape}] of ${dtype} has ${bytes.length} bytes`);
  }
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  const source = memorySource(file, bytes);
  return {
    dtype,
    shape,
    bytes: bytes.length,
    data: { kind: 'stored', source, offset: 0, byteOrder, ...(fortran ? { strides } : {}) },
  };
}

/** `numpy.dtype('f4', …)` with the state (version, byte order, …). */
function arrayType(value: Pickled | undefined): ArrayType | undefined {
  if (value === undefined || !isNode(value) || value.kind !== 'call') return undefined;
  const [code] = argsOf(value);
  if (numpyName(value) !== 'dtype' || typeof code !== 'string') return undefined;
  const order = itemsOf(value.state ?? null)?.[1];
  return { dtype: numpyDTypes.get(code) ?? code, byteOrder: order === '>' ? 'big' : 'little' };
}

/** Bytes as they are, as a Python 2 string, or as protocol 2 writes them: `_codecs.encode(text, 'latin1')`. */
function bytesOf(value: Pickled | undefined): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return fromLatin1(value);
  if (value === undefined || value === null || !isNode(value) || value.kind !== 'call')
    return undefined;
  const [text, encoding] = argsOf(value);
  if (typeof text === 'string') {
    return globalName(value.callable) === '_codecs.encode' && encoding === 'latin1'
      ? fromLatin1(text)
      : undefined;
  }
  return globalName(value.callable) === 'builtins.bytes' ? new Uint8Array(0) : bytesOf(text);
}

const fromLatin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
