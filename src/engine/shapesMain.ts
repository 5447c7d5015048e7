/** The shapes thread: serves its methods to the thread that started it. The grammars lie in `workerData.grammars`. */
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../protocol/rpc';
import type { ShapesMethods, ShapesNotes } from '../protocol/shapes';
import { loadShapesParser } from './shapesParser';
import { createShapesService } from './shapesService';

const { grammars } = workerData as { readonly grammars: string };
serve<ShapesMethods, ShapesNotes>(
  {
    post: (message) => parentPort?.postMessage(message),
    listen: (receive) => parentPort?.on('message', receive),
  },
  createShapesService(() => loadShapesParser(['python'], grammars)),
);
