import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { memn2n } from '../../../../src/core/memory/memn2n/memn2n';
import { arraysOf, difference, fixtures, runModel, skip } from './runFamily';

const folder = path.join(fixtures, 'own/memn2n-adjacent-3hop');

for (const example of [0, 1]) {
  test(`story ${example}: every hop of the golden, and its answer`, { skip }, async () => {
    const arrays = await arraysOf(path.join(folder, 'model.pt'));
    const golden = await arraysOf(path.join(folder, 'model.golden.safetensors'));
    const told = JSON.parse(readFileSync(path.join(folder, 'model.golden.json'), 'utf8')) as {
      vocab: string[];
      examples: { answer: string; supporting_slot: number; story: string[] }[];
    };
    const get = (name: string) => golden.get(`ex${example}.${name}`)!;
    const inputs = new Map([
      ['story', get('story')],
      ['query', get('query')],
    ]);
    const ran = runModel(memn2n, arrays, {}, inputs, { vocab: told.vocab });
    for (const [name, expected] of [
      ['attention.hop.0', 'p'],
      ['memory.score', 'scores'],
      ['memory.u', 'u'],
      ['memory.o', 'o'],
      ['memory.m', 'm'],
      ['memory.c', 'c'],
      ['output.logits', 'logits'],
    ] as const) {
      assert.ok(difference(await ran.values(name), get(expected).data) < 2e-5, name);
    }
    const { answer, supporting_slot: slot, story } = told.examples[example]!;
    const { text } = ran.recording.verdict!;
    assert.match(text, new RegExp(`^answer ${answer} `));
    // Slots count from the newest sentence.
    assert.ok(text.endsWith(`: ${story.at(-1 - slot)}`), text);
  });
}
