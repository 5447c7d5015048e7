import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thumbnail } from '../../../src/core/draw/pyramid';
import { followsCopy, headStatistics } from '../../../src/core/trace/headStatistics';
import { plain, type TraceChange, type Transform } from '../../../src/core/trace/trace';
import { openModel } from '../../../src/engine/model';
import type { Run } from '../../../src/engine/transformerRun';
import { difference, plainForward, tiny, tinyWeights, writeTiny, type Tiny } from './tinyGpt2';

const idsOf = (length: number) => Array.from({ length }, (_, place) => (place * 7 + 3) % 11);

async function running(model: Tiny, ids: readonly number[], look: (run: Run) => Promise<void>) {
  const opened = await openModel(await writeTiny(model));
  const run = await opened.run({ ids });
  try {
    await look(run);
  } finally {
    await run.close();
    await opened.close();
  }
}

const variants: readonly (readonly [string, Partial<Tiny>])[] = [
  ['Hugging Face names', {}],
  ['Hugging Face names without prefix', { prefix: '' }],
  ['nanoGPT names with biases', { layout: 'nanogpt' }],
  [
    'compiled nanoGPT without biases',
    { layout: 'nanogpt', bias: false, prefix: '_orig_mod.transformer.' },
  ],
  ['bfloat16 weights', { dtype: 'BF16' }],
  ['float16 weights', { dtype: 'F16' }],
];
for (const [name, variant] of variants) {
  test(`${name}: every weighting, hidden state and logit equals the plain loops`, async () => {
    const model = { ...tiny, ...variant };
    const ids = idsOf(9);
    const expected = plainForward(model, tinyWeights(model), ids);
    await running(model, ids, async (run) => {
      await run.ended;
      assert.equal(run.state.kind, 'done');
      for (const { layer, head, weighting } of run.blocks) {
        const exact = expected.attentions[layer!]![head!]!.flat();
        assert.ok(difference(await weighting.values(), exact) < 2e-6);
        assert.ok(difference((await weighting.thumbnail()).data, exact) < 2e-6);
      }
      const series = new Map(run.series.map((one) => [one.name, one]));
      for (const [layer, states] of expected.hidden.entries()) {
        for (const [step, state] of states.entries()) {
          assert.ok(difference(await series.get(`hidden.${layer}`)!.at(step), state) < 2e-5);
        }
      }
      for (const [step, row] of expected.logits.entries()) {
        assert.ok(difference(await series.get('output.logits')!.at(step), row) < 5e-5);
      }
      assert.ok(difference(await run.logits(0, 9), expected.logits.flat()) < 5e-5);
    });
  });
}

test('the graph pools thumbnails, and transforms them, as the pure function does', async () => {
  const transforms: readonly Transform[] = [
    plain,
    { hideFirst: true, perRow: false },
    { hideFirst: false, perRow: true },
    { hideFirst: true, perRow: true },
  ];
  await running(tiny, idsOf(131), async (run) => {
    for (const { weighting } of run.blocks) {
      const data = await weighting.values();
      for (const transform of transforms) {
        const drawn = await weighting.thumbnail(transform);
        const expected = thumbnail({ rows: 131, columns: 131, data }, transform);
        assert.deepEqual([drawn.rows, drawn.columns, drawn.pool], [44, 44, 3]);
        assert.ok(difference(drawn.data, expected.data) < 2e-6);
      }
    }
  });
});

test('the graph measures heads as the pure function does', async () => {
  for (const length of [1, 2, 40]) {
    const ids = idsOf(length);
    await running(tiny, ids, async (run) => {
      for (const { weighting, statistics } of run.blocks) {
        const expected = headStatistics(await weighting.values(), length, length, followsCopy(ids));
        const measured = await statistics!();
        assert.deepEqual(Object.keys(measured).sort(), Object.keys(expected).sort());
        const values = (of: object) => Object.values(of) as number[];
        const sorted = (of: object) => Object.fromEntries(Object.entries(of).sort());
        assert.ok(difference(values(sorted(measured)), values(sorted(expected))) < 1e-5);
      }
    });
  }
});

test('a layer gives all of its heads at once', async () => {
  await running(tiny, idsOf(5), async (run) => {
    const layer = await run.layerWeighting(1);
    const heads = run.blocks.filter((block) => block.layer === 1);
    const values = await Promise.all(heads.map(({ weighting }) => weighting.values()));
    assert.ok(
      difference(
        layer,
        values.flatMap((value) => [...value]),
      ) < 1e-6,
    );
  });
});

test('tiles, rows and column sums come from the exact values', async () => {
  await running(tiny, idsOf(150), async (run) => {
    const { weighting } = run.blocks[3]!;
    const data = await weighting.values();
    assert.deepEqual(await weighting.row(7), data.slice(7 * 150, 8 * 150));
    const tile = await weighting.tile(1, 0, 0);
    assert.deepEqual([tile.rows, tile.columns, tile.pool], [75, 75, 2]);
    assert.equal(tile.data[0], Math.max(data[0]!, data[1]!, data[150]!, data[151]!));
    const received = await weighting.received();
    assert.ok(Math.abs(received.reduce((a, b) => a + b, 0) - 150) < 1e-3);
    await assert.rejects(() => weighting.row(150), /row 150 of a matrix of 150 rows/);
  });
});

test('weights that are NaN are seen in pooled thumbnails', async () => {
  const weights = tinyWeights(tiny);
  // A key bias of the second head of layer 1, so that only its scores break.
  weights.get('h.1.attn.c_attn.bias')!.data[8 + 4] = NaN;
  const opened = await openModel(await writeTiny(tiny, weights));
  const run = await opened.run({ ids: idsOf(131) });
  const broken = async (block: number) =>
    (await run.blocks[block]!.weighting.thumbnail()).data.some(Number.isNaN);
  assert.deepEqual([await broken(0), await broken(1), await broken(2)], [false, false, false]);
  assert.equal(await broken(3), true);
  await run.close();
  await opened.close();
});

test('layers are told as they arrive, then the end', async () => {
  const changes: TraceChange[] = [];
  await running(tiny, idsOf(4), async (run) => {
    run.on((change) => changes.push(change));
    await run.ended;
  });
  assert.deepEqual(
    changes.map(({ blocks, series, state }) => [blocks, series, state?.kind]),
    [
      [undefined, ['hidden.0'], undefined],
      [['self.0.0', 'self.0.1'], ['hidden.1'], 'running'],
      [['self.1.0', 'self.1.1'], ['hidden.2', 'output.logits'], 'done'],
    ],
  );
});

test('a cancelled run keeps what it has and says what it has not', async () => {
  await running({ ...tiny, layers: 6 }, idsOf(4), async (run) => {
    run.on(({ blocks }) => {
      if (blocks?.includes('self.2.0')) run.cancel();
    });
    await run.ended;
    assert.deepEqual(run.state, { kind: 'cancelled', done: 3, total: 6 });
    assert.equal((await run.blocks[2 * 2]!.weighting.values()).length, 16);
    await assert.rejects(
      () => run.blocks[5 * 2]!.weighting.thumbnail(),
      /the run was cancelled after 3 of 6 layers/,
    );
  });
});

test('runs of one model take turns and do not disturb each other', async () => {
  const opened = await openModel(await writeTiny(tiny));
  const lengths = [3, 140, 8];
  const runs = await Promise.all(lengths.map((length) => opened.run({ ids: idsOf(length) })));
  for (const [which, run] of runs.entries()) {
    await run.ended;
    const { attentions } = plainForward(tiny, tinyWeights(tiny), idsOf(lengths[which]!));
    const exact = attentions[1]![0]!.flat();
    assert.ok(difference(await run.blocks[2]!.weighting.values(), exact) < 2e-6);
    await run.close();
  }
  await opened.close();
});

test('the lens says what a model of fewer layers would predict at a place', async () => {
  const ids = idsOf(9);
  const weights = tinyWeights(tiny);
  const shallow = (layers: number) => plainForward({ ...tiny, layers }, weights, ids).logits;
  await running(tiny, ids, async (run) => {
    for (const wanted of [4, undefined]) {
      const { place, depths } = (await run.lens(wanted))!;
      assert.equal(place, wanted ?? 8);
      assert.equal(depths.length, tiny.layers + 1);
      for (const [layers, { logits }] of depths.entries()) {
        assert.ok(difference(logits, shallow(layers)[place]!) < 5e-5, `${layers} layers`);
      }
    }
    await assert.rejects(() => run.lens(9), /place 9 is outside 0…8/);
  });
});

test('a head that is left out changes what comes after its layer, as zeroed columns of its output do', async () => {
  const ids = idsOf(9);
  const weights = tinyWeights(tiny);
  const { layers, heads, width } = tiny;
  const size = width / heads;
  const name = 'h.0.attn.c_proj.weight';
  const projection = weights.get(name)!;
  // Conv1D: rows are inputs, `size` of them for each head.
  const data = projection.data.map((value, i) => (Math.floor(i / width / size) === 1 ? 0 : value));
  const expected = plainForward(tiny, new Map([...weights, [name, { ...projection, data }]]), ids);
  const whole = plainForward(tiny, weights, ids);
  const opened = await openModel(await writeTiny(tiny));
  const run = await opened.run({ ids, without: ['self.0.1'] });
  try {
    for (const { layer, head, weighting } of run.blocks) {
      const exact = expected.attentions[layer!]![head!]!.flat();
      assert.ok(difference(await weighting.values(), exact) < 2e-6);
      assert.ok(difference((await weighting.thumbnail()).data, exact) < 2e-6);
    }
    const logits = await run.logits(0, 9);
    assert.ok(difference(logits, expected.logits.flat()) < 5e-5);
    assert.ok(difference(logits, whole.logits.flat()) > 0.1);
    assert.match(run.model.sentence, /, without self\.0\.1$/);
  } finally {
    await run.close();
  }
  for (const id of [`self.${layers}.0`, `self.0.${heads}`, 'cross.0.0', 'self.0', '']) {
    await assert.rejects(opened.run({ ids, without: [id] }), /there is no head .* to leave out/);
  }
  await opened.close();
});
