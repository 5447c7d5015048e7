import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openAnalysis } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';

interface Row {
  readonly made?: string;
  readonly code: string;
  readonly flops: number;
  readonly parameters?: number;
}
const rows = JSON.parse(readFileSync('test/fixtures/shapes/costs.json', 'utf8')) as readonly Row[];
const nameOf = ({ made, code }: Row): string =>
  made === undefined ? code : code.replace(/^m/, made);

/** What has no price says no number. */
const unpriced =
  /proj_size|MultiheadAttention\(12, 3\)\(torch.zeros\(5, 12\)|addmv|inner|tensordot|multi_dot|chain_matmul|matrix_power|bn,anm,bm|F\.(?:bilinear|conv)|EmbeddingBag/;

test('costs of layers and functions are those that torch counts, or none', async () => {
  const parser = await loadShapesParser(['python']);
  const functions = rows.map(({ made, code }, index) => [
    `def f${index}():`,
    ...(made === undefined ? [] : [`    m = ${made}`]),
    `    return ${code}`,
    '',
  ]);
  const imports = ['import torch', 'import torch.nn as nn', 'import torch.nn.functional as F'];
  const text = [...imports, ...functions.flat()].join('\n');
  const found = { find: () => undefined, callers: [], cache: new Map() };
  const analysis = openAnalysis({ parser, ...found }, { module: 'm', file: 'm.py', text });
  const silent = new Set<string>();
  for (const place of analysis.places()) {
    const row = rows[Number(place.fn.name.slice(1))];
    if (!row) continue;
    const { flops } = analysis.total(place);
    if (flops === undefined && row.flops !== 0) silent.add(nameOf(row));
    else assert.equal(flops ?? 0, row.flops, nameOf(row));
    if (row.made === undefined) continue;
    const module = analysis.modules(place).find(({ column }) => column === 4);
    const { parameters } = module?.cost ?? {};
    if (parameters === undefined && row.parameters !== 0) silent.add(nameOf(row));
    else assert.equal(parameters ?? 0, row.parameters, nameOf(row));
  }
  assert.deepEqual(
    [...silent],
    rows.map(nameOf).filter((name) => unpriced.test(name)),
  );
});

const parametersOf = async (text: string): Promise<readonly unknown[]> => {
  const parser = await loadShapesParser(['python']);
  const found = { find: () => undefined, callers: [], cache: new Map() };
  const imports = 'import torch\nimport torch.nn as nn\n';
  const source = { module: 'm', file: 'm.py', text: imports + text };
  const analysis = openAnalysis({ parser, ...found }, source);
  return analysis
    .places()
    .filter(({ fn }) => fn.name === 'forward')
    .map((place) => analysis.total(place).parameters);
};
const moduleWith = (layer: string): string => `class Net(nn.Module):
    def __init__(self, D, M, L, config):
        super().__init__()
        self.layer = ${layer}
    def forward(self, x):
        return self.layer(x)
`;

test('a number of layers without a value counts the first and all behind it', async () => {
  assert.deepEqual(await parametersOf(moduleWith('nn.LSTM(D, M, L)')), [
    '4*D*M + 8*M*L + 8*M*M*L - 4*M*M',
  ]);
  const stack = 'nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), L)';
  assert.deepEqual(await parametersOf(moduleWith(stack)), ['600*L']);
});

test('parameters are not counted where the program decides which there are', async () => {
  for (const layer of [
    'nn.GRU(D, M, bidirectional=config.both)',
    'nn.BatchNorm2d(D, affine=config.affine)',
    'nn.LayerNorm(D, elementwise_affine=config.affine)',
  ])
    assert.deepEqual(await parametersOf(moduleWith(layer)), [undefined], layer);
});

test('a layer is that of the library whichever base it comes from', async () => {
  const text = `class Flat(nn.Module):
    def forward(self, x):
        return x
class Wide(Flat, nn.Linear):
    pass
${moduleWith('Wide(D, M)')}`;
  assert.deepEqual((await parametersOf(text)).at(-1), 'M + D*M');
});

test('a packed sequence ends where its rows do: what a recurrent layer costs for it is open', async () => {
  const parser = await loadShapesParser(['python']);
  const text = `import torch
import torch.nn as nn
def f(lengths):
    x = nn.utils.rnn.pack_padded_sequence(torch.zeros(7, 3, 5), lengths)
    return nn.GRU(5, 6)(x)
`;
  const found = { find: () => undefined, callers: [], cache: new Map() };
  const analysis = openAnalysis({ parser, ...found }, { module: 'm', file: 'm.py', text });
  assert.equal(analysis.total(analysis.places()[0]!).flops, undefined);
});
