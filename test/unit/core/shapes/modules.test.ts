import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import { answersOf } from './shapesOf';

const parser = loadShapesParser(['python']);

/** The shapes in the last line of a text, and what was parsed on the way; `others` are files by module path. */
async function followed(
  text: string,
  others: Readonly<Record<string, string>>,
): Promise<{ readonly shape: string; readonly parsed: readonly string[] }> {
  const parsed: string[] = [];
  const { parse } = await parser;
  const answers = analyse(
    {
      parser: {
        parse: (language, piece) => {
          parsed.push(piece.trim());
          return parse(language, piece);
        },
      },
      cache: new Map(),
      find: (module) => {
        const found = others[module];
        return found === undefined
          ? undefined
          : { module, file: `${module.replaceAll('.', '/')}.py`, text: found };
      },
      callers: [],
    },
    { module: 'model', file: 'model.py', text },
  );
  const last = answers.findLast(({ line }) => line === text.trimEnd().split('\n').length);
  return { shape: last ? `[${last.shape.join(', ')}]` : 'nothing', parsed };
}

test('of an imported file only what is used is parsed', async () => {
  const { shape, parsed } = await followed(
    `
import torch
from layers import double
def f():
    return double(torch.zeros(2, 3))
`,
    {
      layers:
        'import torch\ndef double(x):\n    return torch.cat([x, x])\ndef other(x):\n    return x',
    },
  );
  assert.equal(shape, '[4, 3]');
  assert.ok(parsed.some((piece) => piece.startsWith('def double')));
  assert.ok(!parsed.some((piece) => piece.startsWith('def other')));
});

test('files that import each other have each other’s names', async () => {
  const { shape } = await followed(
    `
import torch
from a import first
def f():
    return first(torch.zeros(2, 3))
`,
    {
      a: 'from b import second\ndef first(x):\n    return second(x)\ndef third(x):\n    return x.t()',
      b: 'from a import third\ndef second(x):\n    return third(x)',
    },
  );
  assert.equal(shape, '[3, 2]');
});

test('a name that a file defines twice is what it was defined as last', async () => {
  const { shape } = await followed(
    `
import torch
from a import f as g
def h():
    return g(torch.zeros(2, 3))
`,
    { a: 'def f(x):\n    return x\nkeep = f\ndef f(x):\n    return keep(x).t()' },
  );
  assert.equal(shape, '[3, 2]');
});

test('what is imported for type checkers alone is not loaded', async () => {
  const { shape, parsed } = await followed(
    `
import torch
from package import size
def f():
    return torch.zeros(2, size)
`,
    {
      package:
        'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from huge import *\nsize = 3',
      huge: 'def never(x):\n    return x\nnumber = 1',
    },
  );
  assert.equal(shape, '[2, 3]');
  assert.ok(!parsed.some((piece) => piece.startsWith('number')));
});

test('a name that modules have only from each other is not looked for without end', async () => {
  const { shape } = await followed(
    `
import torch
from a import thing
def f():
    return thing(torch.zeros(2, 3))
`,
    { a: 'from b import thing', b: 'from a import thing' },
  );
  assert.equal(shape, '[2, 3]');
});

test('where the workspace has the code of a library, others that import it are told what is known of the library', async () => {
  const others = {
    'flax.linen': 'class Dense:\n    def __call__(self, x):\n        return mystery(x)\n',
  };
  const at = await answersOf(
    `
import jax.numpy as jnp
from flax import linen as nn
y = nn.Dense(7)(jnp.ones((2, 3)))
`,
    others,
  );
  assert.equal(at('^y ='), 'float32 [2, 7]');
});
