/** What debug sessions recorded: drained files become operations, operations become one growing recording. */
import { type ByteSource, FormatError, type Folder } from '../../core/checkpoint/bytes';
import { safetensors } from '../../core/checkpoint/safetensors';
import { readFloat32 } from '../../core/checkpoint/values';
import {
  type LiveOperation,
  liveRecording,
  type Operation,
  type Pooled,
} from '../../core/trace/live';
import type { Recorded, Recording } from '../../core/trace/recording';
import { platform } from '../files';
import { createSpool, type Spool } from './spool';

export interface Live {
  readonly name: string;
  /** Takes a drained file, or an empty one to take up a recording; gives the operations that it holds. Throws FormatError when it is not one. */
  append(data: Uint8Array): Promise<readonly Operation[]>;
  recording(): Recording;
  /** What is written to a file. */
  handedOver(): Recording;
  /** Takes the values of one head of a pooled attention; a few are held. */
  fetched(operation: number, head: number, data: Float32Array): void;
  close(): Promise<void>;
}

/** Metadata keys of a drained file. */
const operationsMark = 'mnemoscope.operations';

/** There is nothing beside a drained file. */
const nowhere: Folder = {
  name: '',
  list: () => Promise.resolve([]),
  open: (name) => Promise.reject(new FormatError(name, 'there is no such file')),
};

/** Fetched heads that are held. */
export const headsHeld = 4;

/** `file`: where the recording is kept, with what an earlier engine put there. */
export function createLive(name: string, file?: string): Live {
  const operations: LiveOperation[] = [];
  const known = new Set<number>();
  const exact = new Map<number, Map<number, Float32Array>>();
  const held: (readonly [operation: number, head: number])[] = [];
  let spool: Promise<Spool> | undefined;
  const add = async (source: ByteSource): Promise<readonly Operation[]> => {
    const { tensors, metadata } = await safetensors.open(source, nowhere, platform);
    const listed = listOf(name, metadata.get(operationsMark));
    for (const { operation, keys } of listed) {
      // Handed over again because nobody answered the first time.
      if (known.has(operation.id)) continue;
      known.add(operation.id);
      const arrays = new Map<string, Recorded>();
      for (const [array, key] of keys) {
        const tensor = tensors.get(key);
        if (!tensor) throw new FormatError(name, `expected tensor ${key}`);
        const read = (start: number, count: number) =>
          readFloat32(tensor, undefined, { start, count });
        arrays.set(array, { shape: tensor.shape, read });
      }
      const heads = operation.pooled && new Map<number, Float32Array>();
      if (heads) exact.set(operation.id, heads);
      operations.push({ ...operation, arrays, ...(heads && { exact: heads }) });
    }
    return listed.map(({ operation }) => operation);
  };
  const begin = async (): Promise<Spool> => {
    const made = await createSpool(name, file);
    for (const source of made.before) await add(source).catch(() => []);
    return made;
  };
  return {
    name,
    async append(data) {
      const opened = await (spool ??= begin());
      return data.length === 0 ? [] : add(await opened.append(data));
    },
    recording: () => liveRecording(name, operations),
    handedOver: () => liveRecording(name, operations, true),
    fetched(operation, head, data) {
      exact.get(operation)?.set(head, data);
      held.push([operation, head]);
      for (const [old, oldHead] of held.splice(0, held.length - headsHeld)) {
        if (!held.some(([one, other]) => one === old && other === oldHead)) {
          exact.get(old)?.delete(oldHead);
        }
      }
    },
    close: async () => (await spool)?.close(),
  };
}

interface Listed {
  readonly operation: Operation;
  /** Names of its arrays and of the tensors that hold them. */
  readonly keys: readonly (readonly [array: string, tensor: string])[];
}
/** As the debugged program tells an array. */
interface Told {
  readonly key: string;
  readonly pooled?: number;
  readonly of?: readonly number[];
}

/** The list of operations as the debugged program wrote it, with what a view needs checked. */
function listOf(name: string, text: string | undefined): Listed[] {
  const list: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!Array.isArray(list)) throw new FormatError(name, `expected metadata ${operationsMark}`);
  return list.map((item: Partial<Operation> & { readonly arrays?: Record<string, Told> }) => {
    const { w, ...arrays } = item.arrays ?? {};
    const told = Object.entries(w ? { ...arrays, w } : arrays);
    const pooled = item.what === 'attention' && w ? pooledOf(w, item.facts?.statistics) : undefined;
    const operation: Operation = {
      id: Number(item.id),
      what: item.what ?? 'probe',
      name: String(item.name),
      file: String(item.file),
      line: Number(item.line),
      function: String(item.function),
      facts: item.facts ?? {},
      ...(item.stopped !== undefined && { stopped: item.stopped }),
      ...(item.note !== undefined && { note: item.note }),
      ...(pooled && { pooled }),
    };
    return { operation, keys: told.map(([array, { key }]) => [array, String(key)] as const) };
  });
}

function pooledOf({ pooled: pool, of }: Told, statistics: unknown): Pooled | undefined {
  if (pool === undefined || of?.length !== 3) return undefined;
  const rows = (Array.isArray(statistics) ? statistics : []) as readonly (readonly unknown[])[];
  // JSON has no NaN.
  const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
  return {
    shape: of.map(Number),
    pool: Number(pool),
    statistics: rows.map(([entropy, previous, first, diagonal]) => ({
      entropy: number(entropy),
      previous: number(previous),
      first: number(first),
      diagonal: number(diagonal),
      // Tokens are not known to the program's attention.
      induction: Number.NaN,
    })),
  };
}
