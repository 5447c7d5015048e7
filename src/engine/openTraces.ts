/** Traces by number: runs of a checkpoint, and trace files. */
import { basename } from 'node:path';
import type { Pyramid } from '../core/draw/pyramid';
import { followsCopy, headStatistics } from '../core/trace/headStatistics';
import { readTrace } from '../core/trace/readTrace';
import type { AccessBlock, BlockId, HeadStatistics, Matrix, Trace } from '../core/trace/trace';
import type { BlockRef, CheckpointId, EngineNotes, TraceData, TraceId } from '../protocol/engine';
import type { Recording } from '../core/trace/recording';
import { createCache } from './cache';
import { openPath } from './files';
import type { MemoryRun } from './memory/memoryRun';
import { batchChanges } from './notes';
import type { Rollout } from './rollout';
import { traceData } from './traceData';
import type { Run } from './transformerRun';

export interface OpenTrace {
  readonly id: TraceId;
  readonly trace: Trace & { readonly recording?: Recording | undefined };
  /** The run behind it, when it is not a file. */
  readonly run?: Run | MemoryRun | Rollout;
  /** Name of the checkpoint that was run, or of the trace file. */
  readonly name: string;
  readonly checkpoint?: CheckpointId;
  /** Blocks that have arrived. */
  readonly ready: ReadonlySet<BlockId>;
  close(): Promise<void>;
}

export interface OpenTraces {
  addRun(run: Run | MemoryRun | Rollout, name: string, checkpoint?: CheckpointId): TraceData;
  addFile(path: string): Promise<TraceData>;
  /** A trace that is all there; under the number of an earlier one it takes that one's place. */
  addWhole(trace: Trace, name: string, close: () => Promise<void>, id?: TraceId): TraceData;
  get(id: TraceId): OpenTrace;
  block(id: TraceId, block: BlockId): AccessBlock;
  /** The weighting of a block, or one of its stages. */
  matrix(ref: BlockRef): Matrix;
  /** Closing one that is not open is no error: two views may close it. */
  close(id: TraceId): Promise<void>;
  closeRunsOf(checkpoint: CheckpointId): Promise<void>;
}

/** Bytes of matrices kept per trace file. */
const cacheBytes = 64 * 1024 * 1024;

export function createTraces(
  changed: (payload: EngineNotes['traceChanged'], of: OpenTrace) => void,
): OpenTraces {
  const open = new Map<TraceId, OpenTrace>();
  let next: TraceId = 1;
  const get = (id: TraceId): OpenTrace => {
    const found = open.get(id);
    if (!found) throw new Error(`trace ${id} is not open`);
    return found;
  };
  const block = (id: TraceId, wanted: BlockId): AccessBlock => {
    const found = get(id).trace.blocks.find((one) => one.id === wanted);
    if (!found) throw new Error(`trace ${id} has no block ${wanted}`);
    return found;
  };
  const close = async (id: TraceId): Promise<void> => {
    const found = open.get(id);
    open.delete(id);
    await found?.close();
  };
  const add = (trace: OpenTrace): TraceData => {
    open.set(trace.id, trace);
    return traceData(trace.id, trace.trace, trace.ready);
  };
  const addWhole: OpenTraces['addWhole'] = (trace, name, closeIt, id = next++) => {
    const ready = new Set(trace.blocks.map((block) => block.id));
    return add({ id, trace, name, ready, close: closeIt });
  };
  return {
    addWhole,
    addRun(run, name, checkpoint) {
      const id = next++;
      const arrived = run.state.kind === 'done' ? run.blocks : [];
      const ready = new Set<BlockId>(arrived.map((block) => block.id));
      const entry = {
        id,
        trace: run,
        run,
        name,
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ready,
        close: () => run.close(),
      };
      const tell = batchChanges(id, (payload) => {
        if (open.has(id)) changed(payload, entry);
      });
      run.on((change) => {
        for (const block of change.blocks ?? []) ready.add(block);
        tell(change);
      });
      return add(entry);
    },
    async addFile(path) {
      const { checkpoint, close: closeFile } = await openPath(path);
      try {
        const cache = createCache<Pyramid>(cacheBytes, ({ bytes }) => bytes);
        const name = basename(path);
        const trace = readTrace(name, checkpoint, (key, read) => cache.get(key, read));
        return addWhole(trace, name, closeFile);
      } catch (error) {
        await closeFile();
        throw error;
      }
    },
    get,
    block,
    matrix({ trace, block: id, stage }) {
      const { weighting, stages } = block(trace, id);
      const found = stage === undefined ? weighting : stages.get(stage);
      if (!found) throw new Error(`block ${id} has no stage ${stage}`);
      return found;
    },
    close,
    async closeRunsOf(checkpoint) {
      const runs = [...open.values()].filter((one) => one.checkpoint === checkpoint);
      await Promise.all(runs.map(({ id }) => close(id)));
    },
  };
}

/** By the source itself where it can, else from every value; tokens are compared by their labels. */
export async function statisticsOf(block: AccessBlock): Promise<HeadStatistics> {
  if (block.statistics) return block.statistics();
  const { rows, columns, weighting } = block;
  const label = (place: number) => rows.label(place);
  const follows =
    rows.length === columns.length
      ? followsCopy(Array.from({ length: rows.length }, (_, place) => label(place)))
      : undefined;
  return headStatistics(await weighting.values(), rows.length, columns.length, follows);
}
