/** The engine process: serves the engine's methods to the process that forked it, over its IPC channel. */
import type { EngineMethods, EngineNotes } from '../protocol/engine';
import { serve, type Port, type Server } from '../protocol/rpc';
import { createService } from './service';

const port: Port = {
  // A parent that just died refuses the message; `disconnect` ends this process then.
  post: (message) => void process.send?.(message as object, undefined, undefined, () => undefined),
  listen: (receive) => void process.on('message', receive),
};
const server: Server<EngineNotes> = serve<EngineMethods, EngineNotes>(
  port,
  createService((note, payload) => server.notify(note, payload)),
);
process.on('disconnect', () => process.exit(0));
