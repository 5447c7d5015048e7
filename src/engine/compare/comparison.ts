/** Two opened checkpoints and what compares them. */
import { basename, dirname } from 'node:path';
import { FormatError, readBytes, type Folder } from '../../core/checkpoint/bytes';
import type { Tensor } from '../../core/checkpoint/checkpoint';
import type { AdapterConfig } from '../../core/compare/adapter';
import {
  compareRow,
  type Plan,
  planComparison,
  type PlannedRow,
  type RowOutcome,
} from '../../core/compare/compare';
import { type Difference, differenceOf, type TileAt } from '../../core/compare/picture';
import { figuresOf, rankUsed } from '../../core/compare/summary';
import type { Tile } from '../../core/trace/trace';
import type {
  ComparedRow,
  ComparedSide,
  ComparisonData,
  ComparisonRow,
} from '../../protocol/compare';
import { openPath } from '../files';

export interface Comparison {
  readonly plan: Plan;
  readonly data: Omit<ComparisonData, 'id'>;
  compare(row: PlannedRow, signal?: AbortSignal): Promise<RowOutcome>;
  tile(row: PlannedRow, at: TileAt, signal?: AbortSignal): Promise<Tile>;
  close(): Promise<void>;
}

export async function openComparison(a: string, b: string): Promise<Comparison> {
  const first = await openPath(a);
  const second = await openPath(b).catch(async (error: unknown) => {
    await first.close();
    throw error;
  });
  const close = async () => {
    await Promise.all([first.close(), second.close()]);
  };
  try {
    const [x, y] = [first.checkpoint, second.checkpoint];
    const plan = await planComparison(x, y, pauseFor(undefined));
    const { adapter, alike } = plan;
    const read = await adapterConfig(adapter && (adapter.side === 'a' ? first : second).folder);
    const data = {
      a: { name: nameBeside(a, b), format: x.format },
      b: { name: nameBeside(b, a), format: y.format },
      rows: plan.rows.map(shownRow),
      ...(adapter && { adapter }),
      warnings: [
        ...(alike
          ? [`${alike} tensors have other names in the two and were matched by values.`]
          : []),
        ...x.warnings,
        ...y.warnings,
        ...(read.warning ? [read.warning] : []),
      ],
    };
    let drawn: { readonly row: PlannedRow; readonly difference: Difference } | undefined;
    const verify = async () => {
      const problem = (await first.changed()) ?? (await second.changed());
      if (problem) throw new Error(problem);
    };
    return {
      plan,
      data,
      async compare(row, signal) {
        const outcome = await compareRow(row, read.config, pauseFor(signal));
        await verify();
        return outcome;
      },
      async tile(row, at, signal) {
        // One pair is looked at at a time; what it holds in memory goes with it.
        if (drawn?.row !== row) drawn = { row, difference: differenceOf(row) };
        const tile = await drawn.difference.tile(at, pauseFor(signal));
        await verify();
        return tile;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The name of a file, with its folder's where the other one is called the same. */
function nameBeside(path: string, other: string): string {
  const name = basename(path);
  return name === basename(other) ? `${basename(dirname(path))}/${name}` : name;
}

/** Lets other requests through between pieces, and stops when the call was cancelled. */
function pauseFor(signal: AbortSignal | undefined): () => Promise<void> {
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw new Error('the comparison was cancelled');
  };
}

function shownRow({ name, a, b, layout, adapter }: PlannedRow): ComparisonRow {
  const side = ({ name: of, dtype, shape }: Tensor): ComparedSide => ({ name: of, dtype, shape });
  return {
    name,
    layout,
    ...(a && { a: side(a) }),
    ...(b && { b: side(b) }),
    ...(adapter && { rank: adapter.rank }),
  };
}

/** An outcome as it crosses processes. */
export function comparedRow(row: PlannedRow, outcome: RowOutcome): ComparedRow {
  const { kind, change, problem } = outcome;
  const figures = figuresOf(row, outcome);
  return {
    kind,
    ...(figures && { figures }),
    ...(problem !== undefined && { problem }),
    ...(change && {
      change: {
        rank: change.rank,
        alpha: change.alpha,
        norm: change.norm,
        used: rankUsed(change.spectrum),
        spectrum: change.spectrum,
        ...(change.baseNorm ? { relative: change.norm / change.baseNorm } : {}),
      },
    }),
  };
}

/** A config is a page of text; more than this is none. */
const largestConfig = 4 << 20;

async function adapterConfig(
  folder: Folder | undefined,
): Promise<{ readonly config?: AdapterConfig; readonly warning?: string }> {
  const name = 'adapter_config.json';
  if (!folder || !(await folder.list()).includes(name)) return {};
  try {
    const source = await folder.open(name);
    if (source.size > largestConfig) {
      throw new FormatError(name, `${source.size} bytes are too many for a config`);
    }
    const text = new TextDecoder().decode(await readBytes(source, 0, source.size, 'the config'));
    const config: unknown = JSON.parse(text);
    if (typeof config !== 'object' || config === null) return {};
    return { config: config as AdapterConfig };
  } catch (error) {
    if (error instanceof FormatError) return { warning: error.message };
    return { warning: new FormatError(name, 'this is not JSON').message };
  }
}
