/** Triage of heads over opened checkpoints: reads the weights of one layer by range, and multiplies them. */
import { FormatError } from '../../core/checkpoint/bytes';
import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import { readFloat32 } from '../../core/checkpoint/values';
import { createGraph } from '../../core/graph/graph';
import type { Config } from '../../core/model/architecture';
import { findAttention, type AttentionLayout, type Factor } from '../../core/triage/layout';
import { triageLayer, type TriageTools } from '../../core/triage/triage';
import type { Handlers } from '../../protocol/rpc';
import type { TriageMethods } from '../../protocol/triage';
import { createQueue } from '../queue';
import { runtime, type Session } from '../runtime';

/** What triage needs of an opened model. */
export interface Weighed {
  readonly name: string;
  readonly checkpoint: Checkpoint;
  readonly config: Config;
  changed(): Promise<string | undefined>;
}

export function createTriage(model: (id: number) => Weighed): Handlers<TriageMethods> {
  const layouts = new WeakMap<Checkpoint, AttentionLayout | undefined>();
  const layoutOf = ({ checkpoint, config }: Weighed): AttentionLayout | undefined => {
    if (!layouts.has(checkpoint)) {
      layouts.set(checkpoint, findAttention(checkpoint.tensors, config, checkpoint.metadata));
    }
    return layouts.get(checkpoint);
  };
  return {
    async triageLayer({ checkpoint: id, layer: index }, signal) {
      const weighed = model(id);
      const { name, checkpoint, changed } = weighed;
      const layer = layoutOf(weighed)?.layers[index];
      if (!layer) throw new Error(`${name}: there is no attention layer ${String(index)}`);
      const result = await triageLayer(layer, {
        read: (factor) => readFactor(checkpoint, factor),
        gram,
        async pause() {
          await new Promise((resolve) => setImmediate(resolve));
          if (signal.aborted) throw new Error('the triage was cancelled');
        },
      });
      const problem = await changed();
      if (problem) throw new Error(problem);
      return result;
    },
  };
}

/** Values of one factor that are held at a time, as float32 and as columns: 1 GiB. */
const mostValues = 1 << 27;

/** Row-major [heads · size, width]; columns of a tensor are turned into rows. */
async function readFactor({ tensors }: Checkpoint, factor: Factor): Promise<Float32Array> {
  const { tensor: name, along, first, heads, size, width } = factor;
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the checkpoint has no tensor ${JSON.stringify(name)}`);
  const count = heads * size;
  if (count * width > mostValues) {
    const problem = `${count} × ${width} values are too many to read at once`;
    throw new FormatError(tensor.file, problem, { tensor: name });
  }
  if (along === 'rows') {
    return readFloat32(tensor, undefined, { start: first * width, count: count * width });
  }
  const whole = await readFloat32(tensor);
  const across = whole.length / width;
  const vectors = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) vectors[i * width + j] = whole[j * across + first + i]!;
  }
  return vectors;
}

let loaded: Promise<Session> | undefined;
const queue = createQueue();

const gram: TriageTools['gram'] = (x, count, width) =>
  queue.run(async () => {
    loaded ??= runtime().then((ort) => {
      const g = createGraph('gram');
      const vectors = g.input('x', 'float32', ['count', 'width']);
      return ort.load(g.build({ product: g.matmul(vectors, g.transpose(vectors, [1, 0])) }));
    });
    const { product } = await (await loaded).run({ x: { data: x, shape: [count, width] } });
    return product!;
  });
