import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { debugging, fixture, isStopped } from './debugging';

describe('several Node processes, and how much of a frame is read', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('children.mjs'));
  const { breakAt, start, until } = debug;

  it('each process that a program starts is a session of its own, by its name', async () => {
    breakAt("console.log('rank'");
    await start();
    const ofRank = (rank: number) => () =>
      debug.api.debugging.sessions.all().find((live) => {
        const { state, frame } = live.state();
        const own = frame?.tensors.find(({ name }) => name === 'own');
        return state === 'stopped' && own?.min === rank;
      });
    const states = [await until(isStopped, ofRank(0)), await until(isStopped, ofRank(1))];
    const names = new Set(states.map(({ name }) => name));
    assert.equal(names.size, 2, [...names].join());
    for (const name of names) assert.match(name, /children\.mjs|\d/);
  });

  it('a frame that is not to be read is not, and operations are recorded all the same', async () => {
    const settings = vscode.workspace.getConfiguration('mnemoscope');
    await settings.update('debug.frame', 'off', vscode.ConfigurationTarget.Global);
    try {
      await debug.open(fixture('memory.mjs'));
      breakAt('console.log');
      await start();
      const state = await until(
        (now) => now.state !== 'ended' && isStopped(now) && now.operations.length > 0,
      );
      assert.deepEqual(state.frame?.tensors, []);
      assert.equal(state.operations.length, 8);
    } finally {
      await settings.update('debug.frame', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
