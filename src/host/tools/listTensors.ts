/** `list_tensors`: what a checkpoint holds. */
import type { CheckpointSummary } from '../../protocol/engine';
import { pathOf, type Tool, withCheckpoint } from './tool';

/** Lines of tensors in one answer. */
const most = 100;

export const listTensors: Tool = {
  run: (input, engine) =>
    withCheckpoint(engine, pathOf(input), (checkpoint) =>
      Promise.resolve(answer(checkpoint, String(input['filter'] ?? ''))),
    ),
};

function answer(checkpoint: CheckpointSummary, filter: string): string {
  const { format, parameters, tensors, recognition, warnings } = checkpoint;
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tensors.filter(({ name }) =>
    words.every((word) => name.toLowerCase().includes(word)),
  );
  const model = 'sentence' in recognition ? [recognition.sentence] : [];
  const lines = found
    .slice(0, most)
    .map(({ name, dtype, shape, sharedWith }) =>
      [name, dtype, `[${shape.join(', ')}]`, ...(sharedWith ? [`= ${sharedWith}`] : [])].join(' '),
    );
  const left = found.length - lines.length;
  return [
    ...model,
    `${format}, ${tensors.length} tensors, ${parameters} parameters`,
    ...warnings,
    ...lines,
    ...(left > 0 ? [`… and ${left} more: give a filter`] : []),
  ].join('\n');
}
