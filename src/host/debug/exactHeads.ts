/** Heads of large attentions: handed over pooled, fetched from the program when the panel looks at one. */
import { laidOut, type Operation } from '../../core/trace/live';
import type { BlockId } from '../../core/trace/trace';
import type { TraceId } from '../../protocol/engine';
import type { Handlers } from '../../protocol/rpc';
import type { HostMethods } from '../../protocol/webview';
import type { Engine } from '../engineProcess';
import type { LiveSession } from './liveSession';

/** What needs the exact values of a block. */
type Exact = Pick<HostMethods, 'tile' | 'row' | 'received'>;
/** As many as the engine holds; see `headsHeld` there. */
const held = 4;

/** The handlers `of` a panel, which look only once the values are there. */
export function fetchingHeads(
  live: LiveSession,
  engine: Engine,
  of: Handlers<Exact>,
): Handlers<Exact> {
  const fetched = new Map<string, Promise<void>>();
  const fetch = async (trace: TraceId, { id }: Operation, head: number): Promise<void> => {
    const data = await live.exact(id, head);
    await engine.call('exactLive', { trace, operation: id, head, data });
  };
  const ready = async (trace: TraceId, block: BlockId): Promise<void> => {
    const [, layer, head] = /^self\.(\d+)\.(\d+)$/.exec(block) ?? [];
    const operation = laidOut(live.state().operations)[Number(layer)];
    if (operation?.pooled === undefined) return;
    // What one engine was given, the next one lacks.
    const key = [engine.pid(), operation.id, head].join('.');
    const known = fetched.get(key) ?? fetch(trace, operation, Number(head));
    fetched.set(key, known);
    known.catch(() => fetched.delete(key));
    // In the order in which the engine lets them go.
    for (const old of [...fetched.keys()].slice(0, -held)) fetched.delete(old);
    await known;
  };
  const after =
    <K extends keyof Exact>(method: K): Handlers<Exact>[K] =>
    async (params, signal) => {
      await ready(params.trace, params.block);
      return of[method](params as never, signal) as never;
    };
  return { tile: after('tile'), row: after('row'), received: after('received') };
}
