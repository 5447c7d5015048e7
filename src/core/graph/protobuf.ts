/** The little of Protocol Buffers that writing an ONNX model takes (protobuf.dev/programming-guides/encoding). */

/** A field of a message, encoded. */
export type Field = Uint8Array;

const utf8 = new TextEncoder();

/** A whole number as a varint; negative ones take ten bytes, as two's complement int64. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  if (value >= 0 && value < 2 ** 31) {
    for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
    return [...bytes, value];
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** Fields one after another: the bytes of a message. */
export function message(...fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, field) => sum + field.length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

/** Field of type int32, int64 or enum (wire type 0). */
export function int(field: number, value: number): Field {
  return Uint8Array.from([...varint(field << 3), ...varint(value)]);
}

/** Field of type float (wire type 5). */
export function float(field: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return message(Uint8Array.from(varint((field << 3) | 5)), bytes);
}

/** Field of type bytes or message (wire type 2). */
export function bytes(field: number, value: Uint8Array): Field {
  return message(Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), value);
}

/** Field of type string (wire type 2). */
export function string(field: number, value: string): Field {
  return bytes(field, utf8.encode(value));
}
