/** The slices of tensors that somebody looks at, each with what was computed of it, within a bound of bytes. */
import { memorySource } from '../../core/checkpoint/bytes';
import type { Tensor } from '../../core/checkpoint/checkpoint';
import { readTensor } from '../../core/checkpoint/values';
import { createPyramid, type Pyramid } from '../../core/draw/pyramid';
import { plain } from '../../core/trace/trace';
import { viewOf, type Slice, type View } from '../../core/weights/slice';
import type { Spectrum } from '../../core/weights/spectrum';
import { createSurvey, type Survey } from '../../core/weights/survey';
import type { CheckpointId } from '../../protocol/engine';
import { createCache } from '../cache';
import type { Model } from '../model';
import { createQueue, type Queue } from '../queue';

export interface OpenSlice {
  readonly view: View;
  readonly survey: Survey;
  /** Bytes of the tensor where it had to be unpacked into memory. */
  readonly unpacked: number;
  /** Levels from the survey's own on, once it is finished. */
  pyramid(): Pyramid | undefined;
  /** The singular values under way. */
  spectrum?: { readonly steps: AsyncGenerator<number, Spectrum>; share: number; found?: Spectrum };
  /** Survey and spectrum go on one call after the other. */
  readonly queue: Queue;
}

/** Bytes of pooled cells and unpacked tensors that are kept. */
const budget = 192 * 1024 * 1024;

export interface OpenSlices {
  get(checkpoint: CheckpointId, tensor: string, slice: Slice): Promise<OpenSlice>;
  /** The tensor with values that can be read by range. */
  tensor(checkpoint: CheckpointId, name: string): Promise<Tensor>;
}

export function createSlices(model: (id: CheckpointId) => Model): OpenSlices {
  const cache = createCache<OpenSlice>(budget, bytesOf);
  const unpacked = new Map<string, WeakRef<Tensor>>();
  const tensor = async (checkpoint: CheckpointId, name: string): Promise<Tensor> => {
    const { checkpoint: opened, name: file } = model(checkpoint);
    const found = opened.tensors.get(name);
    if (!found) throw new Error(`${file}: there is no tensor ${JSON.stringify(name)}`);
    if (found.data.kind !== 'decoded' || found.dequantise) return found;
    // What a format must unpack whole is unpacked once for all its slices on screen.
    const key = `${checkpoint} ${name}`;
    const known = unpacked.get(key)?.deref();
    if (known) return known;
    const source = memorySource(found.file, await readTensor(found));
    const made: Tensor = {
      ...found,
      data: { kind: 'stored', source, offset: 0, byteOrder: 'little' },
    };
    unpacked.set(key, new WeakRef(made));
    return made;
  };
  return {
    tensor,
    get(checkpoint, name, slice) {
      model(checkpoint);
      const { rows, columns, at } = slice;
      return cache.get(JSON.stringify([checkpoint, name, rows, columns, at]), async () => {
        const whole = await tensor(checkpoint, name);
        const isUnpacked = whole !== model(checkpoint).checkpoint.tensors.get(name);
        const view = viewOf(whole, slice);
        const survey = createSurvey(view);
        let pyramid: Pyramid | undefined;
        return {
          view,
          survey,
          unpacked: isUnpacked ? whole.bytes : 0,
          queue: createQueue(),
          pyramid() {
            const { found } = survey;
            return (pyramid ??= found && createPyramid(found.cells, plain, 'magnitude'));
          },
        };
      });
    },
  };
}

const bytesOf = ({ survey, unpacked, pyramid }: OpenSlice): number =>
  survey.bytes + unpacked + (pyramid()?.bytes ?? 0);
