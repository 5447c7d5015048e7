import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { debugging, fixture, isStopped, ourFiles } from './debugging';

describe('a JavaScript program that nothing stops before its memory is used', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('events.mjs'));
  const { line, start } = debug;
  const until: typeof debug.until = (wanted, of) =>
    debug.until((state) => state.operations.length > 0 && wanted(state), of);
  const events = [
    ['write', 'spread out', 1],
    ['write weight > 0.9 at slot 3', 'to one slot', 2],
    ['write entropy < 0.1', 'to one slot', 2],
    ['any nan', 'with a NaN', 3],
  ] as const;

  for (const [condition, comment, writes] of events) {
    it(`stops at ${condition}, on the person’s own line`, async () => {
      await debug.api.debugging.watches.add(condition);
      await start();
      const { frame, operations } = await until(isStopped);
      assert.equal((frame?.line ?? 0) - 1, line(`// ${comment}`));
      assert.equal(operations.length, writes);
      assert.deepEqual(
        operations.map(({ stopped }) => stopped !== undefined),
        operations.map((_, index) => index === writes - 1),
      );
    });
  }

  it('has its operations when it has ended, and leaves no file behind', async () => {
    const before = new Set(ourFiles());
    await start();
    const { operations } = await until(({ state }) => state === 'ended');
    const lines = ['spread out', 'to one slot', 'with a NaN'].map((text) => line(`// ${text}`));
    assert.deepEqual(
      operations.map((one) => one.line - 1),
      lines,
    );
    const left = (): readonly string[] => ourFiles().filter((name) => !before.has(name));
    for (let tries = 0; tries < 40 && left().length > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(left(), []);
  });

  it('tells the lines of TypeScript that is compiled as it is loaded', async () => {
    await debug.open(fixture('typed.ts'));
    await debug.api.debugging.watches.add('write weight > 0.5 at slot 1');
    const runtimeArgs = ['--require', fixture('compiling.cjs')];
    await start({ runtimeArgs, resolveSourceMapLocations: null });
    const { frame, operations } = await until(isStopped);
    assert.deepEqual(
      [...operations, frame].map((one) => one && [path.basename(one.file), one.line - 1]),
      Array.from({ length: 3 }, () => ['typed.ts', line('memory.write(w, ')]),
    );
  });

  it('tells the lines of TypeScript that was compiled before, by its source map', async () => {
    await debug.open(fixture('typed.ts'));
    const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-compiled-'));
    try {
      const outfile = path.join(folder, 'typed.js');
      buildSync({ entryPoints: [fixture('typed.ts')], outfile, sourcemap: true });
      await debug.api.debugging.watches.add('write weight > 0.5 at slot 1');
      await start({ program: outfile, outFiles: [`${folder}/*.js`] });
      const { frame, operations } = await until(isStopped);
      assert.deepEqual(
        [...operations, frame].map((one) => one && [path.basename(one.file), one.line - 1]),
        Array.from({ length: 3 }, () => ['typed.ts', line('memory.write(w, ')]),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
