import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoweringCache } from '../../../../src/core/shapes';
import { lowerFile, mostLowered } from '../../../../src/core/shapes/analysis/source';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';

test('of many files that were read, those read last are kept', async () => {
  const parser = await loadShapesParser(['python']);
  const cache: LoweringCache = new Map();
  const lowered = (index: number) =>
    lowerFile(parser, cache, { module: `m${index}`, file: `m${index}.py`, text: `x = ${index}\n` });
  const first = lowered(0);
  for (let index = 1; index < mostLowered; index += 1) lowered(index);
  assert.equal(lowered(0), first);
  for (let index = mostLowered; index < mostLowered + 9; index += 1) lowered(index);
  assert.equal(cache.size, mostLowered);
  assert.equal(lowered(0), first);
  assert.equal(cache.has('m1.py'), false);
  assert.equal(lowered(1).definitions.length, 1);
});
