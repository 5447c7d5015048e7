/** What is kept of every access to the memory of a DNC, and how it is recorded. */
import { held, type Recorded } from '../trace/recording';

/** Rows first, first + n, first + 2n … of a recorded tensor. */
export function everyNth(
  { shape, read }: Recorded,
  rows: number,
  n: number,
  first: number,
): Recorded {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  const picked = [rows, ...shape.slice(1)];
  if (n === 1) return { shape: picked, read: (start, count) => read(start + first * size, count) };
  return {
    shape: picked,
    async read(start, count) {
      const out = new Float32Array(count);
      for (let done = 0; done < count;) {
        const row = Math.floor((start + done) / size);
        const within = start + done - row * size;
        const length = Math.min(size - within, count - done);
        out.set(await read((first + row * n) * size + within, length), done);
        done += length;
      }
      return out;
    },
  };
}

/** What is kept of every access, [steps, …] one after another. */
export function createTracks(slots: number, columns: number, reads: number, steps: number) {
  const values = (width: number) => new Float32Array(steps * width);
  return {
    usage: values(slots),
    precedence: values(slots),
    precedenceBefore: values(slots),
    modes: values(3 * reads),
    write: values(slots),
    writeContent: values(slots),
    allocation: values(slots),
    writeKey: values(columns),
    erase: values(columns),
    add: values(columns),
    writeBeta: values(1),
    allocationGate: values(1),
    writeGate: values(1),
    reads: Array.from({ length: reads }, () => ({
      key: values(columns),
      beta: values(1),
      free: values(1),
      content: values(slots),
      forward: values(slots),
      backward: values(slots),
      w: values(slots),
      vector: values(columns),
    })),
  };
}

/** By the names after `memory.` */
export function recordedHeads(
  tracks: ReturnType<typeof createTracks>,
  steps: number,
  slots: number,
  columns: number,
): readonly (readonly [string, Recorded])[] {
  const weighting = (values: Float32Array) => held([steps, slots], values);
  const vector = (values: Float32Array) => held([steps, columns], values);
  const scalar = (values: Float32Array) => held([steps], values);
  return [
    ['write0.key', vector(tracks.writeKey)],
    ['write0.beta', scalar(tracks.writeBeta)],
    ['write0.allocation_gate', scalar(tracks.allocationGate)],
    ['write0.gate', scalar(tracks.writeGate)],
    ['write0.w_content', weighting(tracks.writeContent)],
    ['write0.w_allocation', weighting(tracks.allocation)],
    ['write0.w', weighting(tracks.write)],
    ['write0.erase', vector(tracks.erase)],
    ['write0.add', vector(tracks.add)],
    ...tracks.reads.flatMap((track, i): (readonly [string, Recorded])[] => [
      [`read${i}.key`, vector(track.key)],
      [`read${i}.beta`, scalar(track.beta)],
      [`read${i}.free`, scalar(track.free)],
      [`read${i}.w_content`, weighting(track.content)],
      [`read${i}.w_backward`, weighting(track.backward)],
      [`read${i}.w_forward`, weighting(track.forward)],
      [`read${i}.w`, weighting(track.w)],
      [`read${i}.read`, vector(track.vector)],
    ]),
  ];
}
