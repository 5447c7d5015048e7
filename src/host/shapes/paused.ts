/** Programs that stand still: what their frames hold comes before all that is known of the code. */
import * as vscode from 'vscode';
import type { CodeFile, PausedFrame } from '../../protocol/shapes';
import type { Frame } from '../../protocol/session';
import type { Sessions } from '../debug/sessions';
import { fileOf } from '../debug/showOperation';
import { codeFile } from './languages';

/** Tells the frames in which programs stand, whenever they change. */
export function followPaused(
  sessions: Sessions,
  tell: (frames: readonly (CodeFile & PausedFrame)[]) => void,
): vscode.Disposable {
  let known: readonly Frame[] = [];
  return sessions.onDidChange(() => {
    const frames = sessions.all().flatMap((live) => {
      const { state, frame } = live.state();
      return state === 'stopped' && frame ? [frame] : [];
    });
    if (frames.length === known.length && frames.every((one, at) => one === known[at])) return;
    known = frames;
    tell(frames.filter(({ file }) => file !== '').map(pausedFrame));
  });
}

function pausedFrame({ file, line, tensors, integers = {} }: Frame): CodeFile & PausedFrame {
  const whole = tensors.flatMap(({ name, dtype, shape }) => {
    const known = shape.filter((length) => length !== null);
    return dtype !== '' && known.length === shape.length ? [{ name, dtype, shape: known }] : [];
  });
  // An address of another machine is a path of that machine, where we run too.
  const own = codeFile(vscode.Uri.file(fileOf(file).path));
  return { ...own, line, tensors: whole, integers };
}
