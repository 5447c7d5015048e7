/**
 * The shapes thread: serves its methods to the thread that started it. The grammars lie in `workerData.grammars`; the
 * other thread counts the hovers and edits that it sends in `workerData.sent`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../../protocol/rpc';
import type { ShapesMethods, ShapesNotes } from '../../protocol/shapes';
import { loadShapesParser } from './parser';
import { createShapesService } from './service';

const { grammars, sent } = workerData as {
  readonly grammars: string;
  readonly sent?: Int32Array;
};
const { notify } = serve<ShapesMethods, ShapesNotes>(
  {
    post: (message) => parentPort?.postMessage(message),
    listen: (receive) => parentPort?.on('message', receive),
  },
  createShapesService(
    (languages) => loadShapesParser(languages, grammars),
    sent && (() => Atomics.load(sent, 0)),
    (text) => notify('fault', { text }),
  ),
);
