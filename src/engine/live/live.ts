/** What debug sessions recorded: drained files become operations, operations become one growing recording. */
import { FormatError, type Folder } from '../../core/checkpoint/bytes';
import { safetensors } from '../../core/checkpoint/safetensors';
import { readFloat32 } from '../../core/checkpoint/values';
import { type LiveOperation, liveRecording, type Operation } from '../../core/trace/live';
import type { Recorded, Recording } from '../../core/trace/recording';
import { platform } from '../files';
import { createSpool, type Spool } from './spool';

export interface Live {
  readonly name: string;
  /** Takes a drained file; gives the operations that it holds. Throws FormatError when it is not one. */
  append(data: Uint8Array): Promise<readonly Operation[]>;
  recording(): Recording;
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

export function createLive(name: string): Live {
  const operations: LiveOperation[] = [];
  let spool: Promise<Spool> | undefined;
  return {
    name,
    async append(data) {
      spool ??= createSpool();
      const source = await (await spool).append(name, data);
      const { tensors, metadata } = await safetensors.open(source, nowhere, platform);
      const listed = listOf(name, metadata.get(operationsMark));
      for (const operation of listed) {
        const arrays = new Map<string, Recorded>();
        const prefix = `${operation.id}.`;
        for (const [key, tensor] of tensors) {
          if (!key.startsWith(prefix)) continue;
          const read = (start: number, count: number) =>
            readFloat32(tensor, undefined, { start, count });
          arrays.set(key.slice(prefix.length), { shape: tensor.shape, read });
        }
        operations.push({ ...operation, arrays });
      }
      return listed;
    },
    recording: () => liveRecording(name, operations),
    close: async () => (await spool)?.close(),
  };
}

/** The list of operations as the debugged program wrote it, with what a view needs checked. */
function listOf(name: string, text: string | undefined): Operation[] {
  const list: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!Array.isArray(list)) throw new FormatError(name, `expected metadata ${operationsMark}`);
  return list.map((item: Partial<Operation>) => ({
    id: Number(item.id),
    what: item.what ?? 'probe',
    name: String(item.name),
    file: String(item.file),
    line: Number(item.line),
    function: String(item.function),
    facts: item.facts ?? {},
    ...(item.stopped !== undefined && { stopped: item.stopped }),
    ...(item.note !== undefined && { note: item.note }),
  }));
}
