/** Programs that stand still: what their frames hold comes before all that is known of the code. */
import * as vscode from 'vscode';
import type { CodeFile, PausedFrame } from '../../protocol/shapes';
import type { Frame } from '../../protocol/session';
import type { Sessions } from '../debug/sessions';
import { fileOf } from '../debug/showOperation';
import { placeOf, sourceOf } from './sources';

/** Tells the frames in which programs stand, whenever they change. */
export function followPaused(
  sessions: Sessions,
  tell: (frames: readonly (CodeFile & PausedFrame)[]) => void,
): vscode.Disposable {
  let known: readonly Frame[] = [];
  return sessions.onDidChange(() => {
    const stopped = sessions.all().flatMap(({ state, cells }) => {
      const { state: now, frame } = state();
      return now === 'stopped' && frame ? [{ frame, cells }] : [];
    });
    const frames = stopped.map(({ frame }) => frame);
    if (frames.length === known.length && frames.every((one, at) => one === known[at])) return;
    known = frames;
    const here = stopped.filter(({ frame }) => frame.file !== '');
    tell(here.map(({ frame, cells }) => pausedFrame(frame, cells.cellOf(frame.file)?.document)));
  });
}

/** `cell`: of a notebook, where it stands in one. */
function pausedFrame(
  { file, line, tensors, integers = {} }: Frame,
  cell: vscode.TextDocument | undefined,
): CodeFile & PausedFrame {
  const whole = tensors.flatMap(({ name, dtype, shape }) => {
    const known = shape.filter((length) => length !== null);
    return dtype !== '' && known.length === shape.length ? [{ name, dtype, shape: known }] : [];
  });
  // An address of another machine is a path of that machine, where we run too.
  const source = cell && sourceOf(cell);
  const place = source?.place ?? placeOf(vscode.Uri.file(fileOf(file).path));
  return { ...place, line: line + (source?.above ?? 0), tensors: whole, integers };
}
