/** Loops over the data of torch and torchvision. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('a loop over a loader gives batches of which the last may be smaller', async () => {
  const at = await answersOf(`
import torch
import torch.nn as nn
import torchvision
import torchvision.transforms as transforms

batch_size = 64
data = torchvision.datasets.MNIST(root='data', train=True, transform=transforms.ToTensor())
loader = torch.utils.data.DataLoader(dataset=data, batch_size=batch_size, shuffle=True)

class Net(nn.Module):
    def __init__(self, wide):
        super().__init__()
        self.fc = nn.Linear(784, wide)

    def forward(self, x):
        return self.fc(x)

model = Net(10)
for epoch in range(20):
    for i, (images, labels) in enumerate(loader):
        images = images.reshape(-1, 28 * 28)
        outputs = model(images)
        loss = nn.CrossEntropyLoss()(outputs, labels)
        right = (outputs.argmax(1) == labels).float()

first, _ = next(iter(loader))
one, label = loader.dataset[0]
`);
  assert.equal(at('for i, (^images, labels)'), 'float32 [B, 1, 28, 28]');
  assert.equal(at('for i, (images, ^labels)'), 'int64 [B]');
  assert.equal(at('^images = images.reshape'), 'float32 [B, 784]');
  assert.equal(at('^outputs = model'), 'float32 [B, 10]');
  assert.equal(at('^right ='), 'float32 [B]');
  assert.equal(at('^first, _'), 'float32 [B, 1, 28, 28]');
  assert.equal(at('^one, label'), 'float32 [1, 28, 28]');
  assert.equal(at('return self.^fc(x)'), 'float32 [x₀, wide]');
});

const digits = (loader: string): string => `
import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

def train(batch_size, ds=datasets.CIFAR10('data', transform=transforms.ToTensor())):
    for x, y in ${loader}:
        print(x)
`;
test('a batch has as many items as are asked for where nothing is left over', async () => {
  const batch = async (loader: string) => (await answersOf(digits(loader)))('print(^x)');
  const shape = (rows: string) => `float32 [${rows}, 3, 32, 32]`;
  assert.equal(await batch('DataLoader(ds, 100)'), shape('100'));
  assert.equal(await batch('DataLoader(ds)'), shape('1'));
  assert.equal(await batch('DataLoader(ds, 64)'), shape('B'));
  assert.equal(await batch('DataLoader(ds, 64, drop_last=True)'), shape('64'));
  assert.equal(await batch('DataLoader(ds, batch_size, drop_last=True)'), shape('batch_size'));
  assert.equal(await batch('DataLoader(ds, batch_size)'), shape('B'));
  assert.equal(await batch('DataLoader(ds, 100, sampler=batch_size)'), shape('B'));
  assert.equal(await batch('DataLoader(ds, batch_sampler=batch_size)'), shape('B'));
  assert.equal(await batch('DataLoader(ds, batch_size=None)'), 'float32 [3, 32, 32]');
});

test('tensors and a dataset of its own are collated: numbers to tensors, words to lists', async () => {
  const at = await answersOf(`
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split

class Rows(Dataset):
    def __init__(self, width):
        self.rows = np.zeros((90, width))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        return {'row': row, 'label': 3, 'weight': 0.5, 'pair': (torch.ones(2, 4), True), 'name': 'a'}

for batch in DataLoader(Rows(7), batch_size=30):
    row, label, weight = batch['row'], batch['label'], batch['weight']
    pair, flag = batch['pair']

x, y = torch.randn(1000, 8), torch.zeros(1000, dtype=torch.long)
train, held = random_split(TensorDataset(x, y), [900, 100])
for a, b in DataLoader(train, batch_size=300):
    print(a)
for c, d in DataLoader(held, batch_size=33):
    print(c)
e, f = held[0]
steps = torch.zeros(len(DataLoader(held, batch_size=33)))

def together(items):
    rows = torch.stack([row for row, _ in items])
    return rows, rows.sum(0)

for rows, total in DataLoader(held, 50, collate_fn=together):
    print(rows)
`);
  assert.equal(at('    ^row, label'), 'float64 [30, 7]');
  assert.equal(at('row, ^label, weight'), 'int64 [30]');
  assert.equal(at('row, label, ^weight'), 'float64 [30]');
  assert.equal(at('^pair, flag'), 'float32 [30, 2, 4]');
  assert.equal(at('pair, ^flag'), 'bool [30]');
  assert.equal(at('for ^a, b'), 'float32 [300, 8]');
  assert.equal(at('for a, ^b'), 'int64 [300]');
  assert.equal(at('for ^c, d'), 'float32 [B, 8]');
  assert.equal(at('^e, f'), 'float32 [8]');
  assert.equal(at('^steps ='), 'float32 [4]');
  assert.equal(at('for ^rows, total'), 'float32 [50, 8]');
  assert.equal(at('for rows, ^total'), 'float32 [8]');
});

test('transforms change the pictures of a folder one after another', async () => {
  const at = await answersOf(`
import torch
from torchvision import datasets, transforms as T

def pictures(*steps):
    return datasets.ImageFolder('photos', T.Compose([*steps, T.ToTensor()]))

cropped, _ = pictures(T.Resize(256), T.CenterCrop(224), T.RandomHorizontalFlip())[0]
resized, _ = pictures(T.Resize((48, 64)), T.Grayscale(), T.Pad(2))[0]
any_size, _ = pictures(T.Resize(32))[0]
digits = datasets.MNIST('data', False, T.Compose([T.Pad(4), T.Resize(32), T.ToTensor(), T.Normalize(0, 1)]))
digit, label = digits[0]
pixels = digits.data
def load(path, image):
    return T.Compose([T.RandomResizedCrop(96), T.ToTensor()])(image)
`);
  assert.equal(at('^cropped, _'), 'float32 [3, 224, 224]');
  assert.equal(at('^resized, _'), 'float32 [1, 52, 68]');
  assert.equal(at('^any_size, _'), 'float32 [3, ?, ?]');
  assert.equal(at('^digit, label'), 'float32 [1, 32, 32]');
  assert.equal(at('^pixels ='), 'uint8 [10000, 28, 28]');
  assert.equal(at('T.ToTensor()])^(image)'), '? [C, 96, 96]');
});

test('of a loader that only an annotation tells of, nothing is said but what its use shows', async () => {
  const at = await answersOf(`
import torch
import torch.nn as nn
from torch.utils.data import DataLoader
from torchvision import transforms as T

def train(loader: DataLoader, net=nn.Linear(3, 4)):
    for x, y in loader:
        out = net(x)
    return y

def prepare(image):
    small = T.Resize(32)(image)
    return nn.Conv2d(3, 8, 1)(small)
`);
  assert.equal(at('return ^y'), undefined);
  assert.equal(at('for ^x, y'), undefined);
  assert.equal(at('^small ='), 'float32 [N, 3, M, K]');
});

test('a bar that shows how far a loop is gives the batches of its loader', async () => {
  const at = await answersOf(`
import torch
from torch.utils.data import DataLoader, TensorDataset
from tqdm.auto import tqdm

loader = DataLoader(TensorDataset(torch.ones(12, 5)), batch_size=4)
for (x,) in tqdm(loader, desc='train'):
    print(x)
`);
  assert.equal(at('print(^x)'), 'float32 [4, 5]');
});
