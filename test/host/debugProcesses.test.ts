import assert from 'node:assert/strict';
import { debugging, fixture, hasModules, isStopped } from './debugging';

(hasModules('debugpy', 'torch') ? describe : describe.skip)(
  'a Python program of several processes',
  function () {
    this.timeout(60_000);
    const debug = debugging('debugpy', fixture('ranks.py'));
    const ranked = (rank: number) => () =>
      debug.api.debugging.sessions
        .all()
        .find((live) => live.state().name.endsWith(`, rank ${rank}`));

    it('each rank of torchrun is a session of its own, by its number', async () => {
      debug.breakAt('print("done"');
      const args = ['--standalone', '--nproc-per-node', '2', debug.document.fileName];
      const program = undefined;
      const module = 'torch.distributed.run';
      await debug.start({ name: 'train', program, module, args, subProcess: true });
      for (const rank of [0, 1]) {
        const { frame, operations } = await debug.until(
          (state) => isStopped(state) && state.operations.length > 0,
          ranked(rank),
        );
        const tensor = (name: string) => frame?.tensors.find((one) => one.name === name);
        // What each holds by itself, and what they came to together.
        assert.deepEqual([tensor('x')?.max, tensor('out')?.max], [rank, 1]);
        assert.deepEqual(
          operations.map(({ what, line }) => [what, line - 1]),
          [['attention', debug.line('out = w @ x')]],
        );
      }
    });
  },
);
