import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { debugging, fixture, hasModules, isStopped } from './debugging';

(hasModules('debugpy', 'torch') ? describe : describe.skip)(
  'stepping through a recorded Python program',
  function () {
    this.timeout(60_000);
    const debug = debugging('debugpy', fixture('memory.py'));
    /** The next place after one of ours. */
    const stepInto = async (): Promise<readonly [name: string, line: number]> => {
      const placeOf = () => {
        const { frame } = debug.live()!.state();
        return [frame?.function ?? '', path.basename(frame?.file ?? ''), frame?.line ?? 0] as const;
      };
      const before = placeOf().join();
      await vscode.commands.executeCommand('workbench.action.debug.stepInto');
      await debug.until((state) => isStopped(state) && placeOf().join() !== before);
      const [name, file, line] = placeOf();
      return [`${name} of ${file}`, line - 1];
    };

    for (const justMyCode of [true, false]) {
      it(`a step enters the person’s own method, ${justMyCode ? 'their code alone' : 'libraries too'}`, async () => {
        debug.breakAt('memory.write(w, ');
        await debug.start({ justMyCode });
        await debug.until(isStopped);
        const written = debug.line('self.memory = self.memory *');
        assert.deepEqual(await stepInto(), ['write of memory.py', written]);
      });
    }
  },
);
