import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { completePython } from '../../../../src/engine/shapes/complete';

const cases: readonly (readonly [what: string, typed: string, complete: string])[] = [
  ['an operand that is missing', 'y = x +\nz = 1', 'y = x + _\nz = 1'],
  ['a value that is missing', 'y =\nz = 1', 'y = _\nz = 1'],
  ['an attribute that is missing', 'y = x.\nz = 1', 'y = x._\nz = 1'],
  ['one behind a call', 'y = f(x).  # why\r\nz = 1', 'y = f(x)._  # why\r\nz = 1'],
  ['a bracket left open', 'y = f(x, \nreturn y', 'y = f(x,) \nreturn y'],
  ['several of them', 'y = f([x\n\n\ndef g(): pass', 'y = f([x])\n\n\ndef g(): pass'],
  ['a head without its bracket', 'def f(x:\n    return x', 'def f(x):\n    return x'],
  ['the last line', 'y = f(x', 'y = f(x)'],
  ['a string left open', 'y = "(\nz = (1)', 'y = "("\nz = (1)'],
];
for (const [what, typed, complete] of cases) {
  test(`${what} is completed at the end of its line`, () =>
    assert.equal(completePython(typed), complete));
}

test('whole code comes back as it is', () => {
  const whole = [
    'from torch.nn import *',
    'x = 1.',
    'y = x + \\\n  2',
    'def f(): ...',
    'z = (a\n     @ b\n     for c in d\n     if e)',
    's = "# (" + \'""" [\'',
    'd = """\nreturn (\n"""',
    "r = r'\\d('  # a comment ends with =",
    'w = 3,',
    't = x[..., None]',
    'import a.b as c',
  ];
  for (const text of whole) assert.equal(completePython(text), text);
  assert.equal(completePython(whole.join('\n')), whole.join('\n'));
});

const shared = path.resolve('../shared/shapes/drivers');
const skip = existsSync(shared) ? false : 'the shared fixtures are not there';
test('Python files that run come back as they are', { skip }, () => {
  const folders = [shared, 'samples/induction', 'test/fixtures/checkpoints'];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.py'))
      .map((name) => path.join(folder, name)),
  );
  assert.ok(files.length > 5);
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    assert.equal(completePython(text), text, file);
  }
});
