/** The methods about programs that are being debugged. */
import type { Pyramid } from '../../core/draw/pyramid';
import { traceOf } from '../../core/trace/traceOf';
import type { TraceId } from '../../protocol/engine';
import type { Handlers } from '../../protocol/rpc';
import type { LiveMethods } from '../../protocol/session';
import { createCache } from '../cache';
import type { OpenTraces } from '../openTraces';
import { createLive, type Live } from './live';

/** Bytes of matrices kept per session. */
const cacheBytes = 64 * 1024 * 1024;

export function liveHandlers(traces: OpenTraces): Handlers<LiveMethods> {
  const sessions = new Map<TraceId, Live>();
  return {
    async recordLive({ trace, name, data, file }) {
      const known = trace === undefined ? undefined : sessions.get(trace);
      const live = known ?? createLive(name, file);
      const operations = await live.append(data);
      // Names keep their place while the recording grows, but not their values: nothing kept from before is true now.
      const cache = createCache<Pyramid>(cacheBytes, ({ bytes }) => bytes);
      const shown = traceOf(live.recording(), 'session', (key, read) => cache.get(key, read));
      const whole = { ...shown, recording: live.handedOver() };
      const close = (): Promise<void> => {
        for (const [id, one] of sessions) if (one === live) sessions.delete(id);
        return live.close();
      };
      const written = traces.addWhole(whole, name, close, known && trace);
      sessions.set(written.id, live);
      return { operations, written };
    },
    exactLive({ trace, operation, head, data }) {
      const { buffer, byteOffset, byteLength } = data;
      // A copy: the bytes of a message lie at any offset.
      const values = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
      sessions.get(trace)?.fetched(operation, head, values);
    },
  };
}
