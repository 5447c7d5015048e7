/** Writing safetensors (format spec: huggingface/safetensors README, "Format"). */

/** A tensor to be written; its bytes follow the header in the order given. */
export interface PlannedTensor {
  readonly name: string;
  readonly dtype: 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'U8';
  readonly shape: readonly number[];
}

const bytesPerElement = { F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1 } as const;

/** Bytes that a planned tensor takes. */
export function plannedBytes({ dtype, shape }: PlannedTensor): number {
  return shape.reduce((product, dimension) => product * dimension, bytesPerElement[dtype]);
}

/** The head of the file: u64 length, then JSON padded with spaces so that data begins at a multiple of 8. */
export function safetensorsHeader(
  tensors: readonly PlannedTensor[],
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  // Entries as text, not as an object: a tensor may be called `__proto__`.
  const entries = metadata.size > 0 ? [entry('__metadata__', Object.fromEntries(metadata))] : [];
  let offset = 0;
  for (const tensor of tensors) {
    const end = offset + plannedBytes(tensor);
    const { dtype, shape } = tensor;
    entries.push(entry(tensor.name, { dtype, shape, data_offsets: [offset, end] }));
    offset = end;
  }
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, 8);
  return header;
}

function entry(name: string, value: object): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}
