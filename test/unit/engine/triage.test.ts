import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { findingsOf, measuresOf, rankFindings } from '../../../src/core/triage/findings';
import { circuits, type LayerTriage } from '../../../src/core/triage/triage';
import { openModel } from '../../../src/engine/model';
import { createTriage } from '../../../src/engine/triage/methods';

const fixtures = 'test/fixtures/compare';
const oracle = JSON.parse(readFileSync(`${fixtures}/oracle.json`, 'utf8')) as {
  readonly heads: readonly {
    readonly heads: readonly Readonly<Record<'qk' | 'ov', readonly number[]>>[];
    readonly qk: readonly (readonly number[])[];
    readonly ov: readonly (readonly number[])[];
  }[];
  readonly grouped: readonly Readonly<Record<'qk' | 'ov', readonly number[]>>[];
};

async function triage(path: string, layer: number, signal = new AbortController().signal) {
  const model = await openModel(path);
  try {
    return await createTriage(() => model).triageLayer({ checkpoint: 1, layer }, signal);
  } finally {
    await model.close();
  }
}
const layers: LayerTriage[] = [];
before(async () => {
  for (const layer of [0, 1]) layers.push(await triage(`${fixtures}/heads`, layer));
});

test('spectra of both circuits and cosines between heads are those of the whole products', () => {
  oracle.heads.forEach(({ heads, ...cosines }, layer) => {
    for (const circuit of circuits) {
      const { spectra, cosines: found } = layers[layer]![circuit];
      heads.forEach((head, h) => {
        head[circuit].forEach((value, i) => {
          const difference = Math.abs(spectra[h * 6 + i]! - value);
          assert.ok(
            difference < 1e-6 * head[circuit][0]!,
            `layer ${layer} head ${h} ${circuit} ${i}`,
          );
        });
      });
      cosines[circuit].flat().forEach((value, i) => {
        assert.ok(Math.abs(found[i]! - value) < 1e-5, `layer ${layer} ${circuit} ${i}`);
      });
    }
  });
});

test('the dead head and the two that are alike are found, and nothing else', () => {
  const found = rankFindings(layers.flatMap((of, layer) => findingsOf(layer, of, 4)));
  assert.deepEqual(
    found.map((finding) =>
      finding.kind === 'dead'
        ? `dead ${finding.layer}.${finding.head}`
        : `${finding.circuit} ${finding.layer}.${finding.head} ${finding.other}`,
    ),
    ['dead 1.1', 'qk 1.0 3'],
  );
  const { ovShare, ovRank } = measuresOf(layers[1]!, 4)[1]!;
  assert.ok(ovShare < 1e-3 && ovRank > 1);
});

test('grouped queries: several query heads over one key head', async () => {
  const found = await triage(`${fixtures}/llama`, 0);
  const { qk } = found;
  assert.deepEqual([qk.spectra.length, qk.cosines.length], [64, 4]);
  assert.equal(qk.cosines[0], 1);
  oracle.grouped.forEach((head, h) => {
    for (const circuit of circuits) {
      head[circuit].forEach((value, i) => {
        const difference = Math.abs(found[circuit].spectra[h * 32 + i]! - value);
        assert.ok(difference < 1e-6 * head[circuit][0]!, `head ${h} ${circuit} ${i}`);
      });
    }
  });
  // llama.cpp reorders the rows of query and key alike: the products stay the same up to its rounding.
  const packed = await triage(`${fixtures}/llama.gguf`, 0);
  packed.qk.spectra.forEach((value, i) => {
    assert.ok(Math.abs(value - qk.spectra[i]!) < 0.01 * qk.spectra[0]!);
  });
});

test('a triage stops when it is cancelled, and a layer that is not there is one line', async () => {
  await assert.rejects(triage(`${fixtures}/heads`, 0, AbortSignal.abort()), /cancelled/);
  await assert.rejects(triage(`${fixtures}/heads`, 9), /heads: there is no attention layer 9/);
});
