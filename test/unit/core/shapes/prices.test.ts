import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAnalysis, type Analysis } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import { formula, growth } from '../../../../src/host/shapes/formula';

const parser = loadShapesParser(['python']);
const analysisOf = async (text: string): Promise<Analysis> => {
  const source = { module: 'model', file: 'model.py', text };
  const found = { find: () => undefined, callers: [], cache: new Map() };
  return openAnalysis({ parser: await parser, ...found }, source);
};

const layers = `import torch
import torch.nn as nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1, groups=1), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1))
        self.p = nn.Parameter(torch.zeros(5, 7))
        self.l = nn.ModuleList([nn.Linear(4, 4, bias=False) for _ in range(3)])
        self.register_buffer('b', torch.zeros(9))
        self.n = nn.GroupNorm(2, 4)
    def forward(self, x):
        x = self.c(x).permute(0, 2, 3, 1)
        for l in self.l:
            x = l(x)
        return x
def f0():
    m = nn.Linear(12, 20); return m(torch.zeros(3, 5, 12))
def f1():
    m = nn.Conv2d(6, 10, 3, stride=2, padding=1, groups=2); return m(torch.zeros(2, 6, 9, 11))
def f2():
    m = nn.ConvTranspose2d(6, 4, 4, stride=2, padding=1); return m(torch.zeros(2, 6, 5, 7))
def f3():
    return torch.zeros(2, 3, 4, 5) @ torch.zeros(2, 3, 5, 6)
def f4():
    return torch.einsum('bhid,bhjd->bhij', torch.zeros(2, 3, 4, 5), torch.zeros(2, 3, 7, 5))
def f5():
    return F.scaled_dot_product_attention(torch.zeros(2, 4, 6, 8), torch.zeros(2, 4, 9, 8), torch.zeros(2, 4, 9, 8))
def f6():
    m = nn.MultiheadAttention(12, 3, batch_first=True); return m(torch.zeros(2, 5, 12), torch.zeros(2, 7, 12), torch.zeros(2, 7, 12))[0]
def f7():
    m = nn.TransformerEncoderLayer(12, 3, 24, batch_first=True); return m(torch.zeros(2, 5, 12))
def f8():
    m = nn.LSTM(5, 6, num_layers=2, bidirectional=True); return m(torch.zeros(7, 3, 5))[0]
def f9():
    m = nn.GRU(5, 6, batch_first=True); return m(torch.zeros(3, 7, 5))[0]
def f10():
    m = Net(); return m(torch.zeros(2, 3, 8, 8))
def f11():
    return torch.bmm(torch.zeros(2, 3, 4), torch.zeros(2, 4, 5))
def f12():
    m = nn.Conv1d(4, 6, 3, dilation=2); return m(torch.zeros(2, 4, 20))
def f13():
    m = nn.LSTMCell(5, 6); return m(torch.zeros(3, 5))[0]
def f14():
    m = nn.Embedding(30, 8); return m(torch.zeros(2, 3, dtype=torch.long))
def f15():
    m = nn.MultiheadAttention(12, 3, kdim=8, vdim=6, batch_first=True); return m(torch.zeros(2, 5, 12), torch.zeros(2, 7, 8), torch.zeros(2, 7, 6))[0]
`;

/**
 * FLOPs of torch.utils.flop_counter and sum(p.numel()) of torch 2.13. It counts nothing for attention (f5) and
 * LSTM (f8) on the CPU: those are 4·B·H·L·S·d, and 8·B·T·H·(D + H) for every layer and direction.
 */
const truth: Readonly<Record<string, readonly [flops: number, parameters: number | undefined]>> = {
  f0: [7200, 260],
  f1: [32400, 280],
  f2: [53760, 388],
  f3: [1440, undefined],
  f4: [1680, undefined],
  f5: [13824, undefined],
  f6: [17184, 624],
  f7: [25440, 1284],
  f8: [58464, 1584],
  f9: [8316, 234],
  f10: [58880, 847],
  f11: [240, undefined],
  f12: [4608, 78],
  f13: [1584, 312],
  f14: [0, 240],
  f15: [13824, 504],
};

test('FLOPs are those that torch counts, parameters those that the modules have', async () => {
  const analysis = await analysisOf(layers);
  const found = analysis.places().flatMap((place) => {
    if (!truth[place.fn.name]) return [];
    const module = analysis.modules(place).find(({ column }) => column === 4);
    return [[place.fn.name, [analysis.total(place).flops ?? 0, module?.cost.parameters]] as const];
  });
  assert.deepEqual(Object.fromEntries(found), truth);
});

test('a cost is said in the words of the function, a loop over blocks counts them all', async () => {
  const analysis = await analysisOf(`import torch
import torch.nn as nn
class Stack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
    def forward(self, x):
        B, T, C = x.shape
        for block in self.blocks:
            x = block(x)
        return x @ x.transpose(1, 2)
`);
  const forward = analysis.places().find(({ fn }) => fn.name === 'forward')!;
  const { flops, parameters } = analysis.total(forward);
  assert.equal(formula(flops!), '2·depth·C²·B·T + 2·C·B·T²');
  assert.equal(growth(flops!), 'C·B·T² + depth·C²·B·T');
  assert.equal(formula(parameters!), 'depth·C² + depth·C');
});

test('where only some ways through a function cost something, nothing is said', async () => {
  const analysis = await analysisOf(`import torch
def f(x, w, twice):
    B, T, C = x.shape
    if twice:
        x = x @ torch.zeros(C, C)
    return x @ torch.zeros(C, 4)
`);
  const place = analysis.places()[0]!;
  assert.equal(analysis.total(place).flops, undefined);
  assert.ok(analysis.answers(place).some(({ cost }) => cost?.flops === '8*B*T*C'));
});

test('a function that was followed only in part, or calls what is not known, has no sum', async () => {
  const body = (line: string): string => `import torch
from elsewhere import kernel
def f(x):
    y = torch.zeros(3, 4) @ torch.zeros(4, 5)
    ${line}
    return y
`;
  for (const [line, flops] of [
    ['z = kernel(3)', 120],
    ['z = kernel(y)', undefined],
    ['z = kernel(out=y)', undefined],
    [`z = [${'y, '.repeat(31_000)}]`, undefined],
  ] as const) {
    const analysis = await analysisOf(body(line));
    const place = analysis.places().find(({ fn }) => fn.name === 'f')!;
    assert.equal(analysis.total(place).flops, flops, line.slice(0, 40));
  }
});

test('a recurrent layer says its parameters with the two biases of torch and with one', async () => {
  const analysis = await analysisOf(
    'import torch.nn as nn\ndef f():\n    layer = nn.LSTM(10, 20)\n    return layer\n',
  );
  const module = analysis.modules(analysis.places()[0]!).find(({ column }) => column === 4);
  assert.equal(module?.cost.layer, 'LSTM');
  assert.equal(module.cost.parameters, 4 * 20 * (10 + 20 + 2));
  assert.equal(module.cost.oneBias, 4 * 20 * (10 + 20 + 1));
});

test('factors stand in the order in which the code has its symbols', () => {
  assert.equal(formula('6*self.width*self.width*B*T', ['B', 'T', 'self.width']), '6·B·T·width²');
  assert.equal(growth('6*C*C*B*T + 2*C', ['B', 'T', 'C']), 'B·T·C² + C');
});

test('a call of attention tells its weights and the bytes of its keys and values, what is around it does not', async () => {
  const analysis = await analysisOf(`import torch
import torch.nn.functional as F
def attend(q, G: int):
    B, H, T, D = q.shape
    k = torch.zeros(B, G, T, D, dtype=torch.float16)
    y = F.scaled_dot_product_attention(q, k, k, enable_gqa=True)
    return y
def around(x, G: int):
    B, H, T, D = x.shape
    z = attend(x, G)
    return z
`);
  const costs = analysis
    .places()
    .flatMap((place) => analysis.answers(place))
    .flatMap(({ cost }) => (cost?.flops === undefined ? [] : [cost]));
  const [attention] = costs.filter(({ weights }) => weights !== undefined);
  assert.equal(formula(attention!.weights!, ['B', 'H', 'T']), 'B·H·T²');
  assert.equal(formula(attention!.cache!, ['B', 'G', 'T', 'D']), '4·B·G·T·D');
  assert.equal(costs.filter(({ weights }) => weights !== undefined).length, 1);
  assert.ok(costs.length > 1);
});

test('attention of JAX counts scores and weighted sums over keys that stand before the heads', async () => {
  const analysis = await analysisOf(`import jax
import jax.numpy as jnp
def attend():
    q = jnp.zeros((2, 6, 4, 8))
    k = jnp.zeros((2, 9, 4, 8))
    return jax.nn.dot_product_attention(q, k, k)
`);
  const [place] = analysis.places();
  const [batch, queries, keys, heads, width] = [2, 6, 9, 4, 8] as const;
  const scores = 2 * batch * heads * queries * keys * width;
  const sums = 2 * batch * heads * queries * keys * width;
  assert.equal(analysis.total(place!).flops, scores + sums);
});

test('a call costs what it does itself, not what its arguments and the object before it took', async () => {
  const analysis = await analysisOf(`import torch
import torch.nn as nn
class Feed(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        self.drop = nn.Dropout(0.1)
    def forward(self, x):
        B, C = x.shape
        a, b = self.drop(self.down(self.up(x))).chunk(2, dim=-1)
        return a
`);
  const place = analysis.places().find(({ fn }) => fn.name === 'forward')!;
  const priced = [...analysis.answers(place), ...analysis.tuples(place)].flatMap(
    ({ column, cost }) => (cost?.flops === undefined ? [] : [[column, cost.flops] as const]),
  );
  const line = '        a, b = self.drop(self.down(self.up(x))).chunk(2, dim=-1)';
  assert.deepEqual(
    priced.sort(([a], [b]) => a - b),
    [
      [line.indexOf('down'), '8*C*C*B'],
      [line.indexOf('up'), '8*C*C*B'],
    ],
  );
  assert.equal(analysis.total(place).flops, '16*C*C*B');
});
