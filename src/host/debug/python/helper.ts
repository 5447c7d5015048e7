/** The text of the helper that is put into a debugged Python program. */
import counts from './counts.py';
import detach from './detach.py';
import drain from './drain.py';
import files from './files.py';
import frame from './frame.py';
import gates from './gates.py';
import gatesKeras from './gates_keras.py';
import hooks from './hooks.py';
import hover from './hover.py';
import hooksTorch from './hooks_torch.py';
import large from './large.py';
import main from './main.py';
import pause from './pause.py';
import record from './record.py';
import slices from './slices.py';
import tensors from './tensors.py';
import weights from './weights.py';

/** In the order in which they build on each other; they share one namespace. */
export const helper = [
  tensors,
  frame,
  hover,
  slices,
  counts,
  record,
  hooks,
  hooksTorch,
  gates,
  gatesKeras,
  files,
  drain,
  large,
  weights,
  pause,
  detach,
  main,
].join('\n');
