/** A generated file of about 2,000 lines of model code: 44 blocks of four kinds, a model of each, a script at the end. */

const imports = ['import math', 'import torch', 'import torch.nn as nn', ''];
const config = [
  'from dataclasses import dataclass',
  '@dataclass',
  'class Config:',
  '    vocab: int = 1000',
  '    width: int = 64',
  '    heads: int = 4',
  '    layers: int = 6',
  '    dropout: float = 0.1',
  '',
];

function block(index: number): string[] {
  return `
class Attention${index}(nn.Module):
    """Self-attention, variant ${index}."""

    def __init__(self, config):
        super().__init__()
        self.heads = config.heads
        self.width = config.width
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x, mask=None):
        B, T, C = x.size()
        q, k, v = self.qkv(x).split(self.width, dim=2)
        q = q.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        k = k.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        v = v.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(k.size(-1))
        if mask is not None:
            scores = scores.masked_fill(mask == 0, float('-inf'))
        weights = self.dropout(torch.softmax(scores, dim=-1))
        y = (weights @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.out(y)


class Block${index}(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width)
        self.norm2 = nn.LayerNorm(config.width)
        self.attention = Attention${index}(config)
        self.feed = nn.Sequential(
            nn.Linear(config.width, 4 * config.width),
            nn.GELU(),
            nn.Linear(4 * config.width, config.width),
        )

    def forward(self, x, mask=None):
        attended = self.attention(self.norm1(x), mask)
        x = x + attended
        return x + self.feed(self.norm2(x))


class Model${index}(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab, config.width)
        self.position = nn.Parameter(torch.zeros(1, 512, config.width))
        self.blocks = nn.ModuleList([Block${index}(config) for _ in range(config.layers)])
        self.head = nn.Linear(config.width, config.vocab, bias=False)

    def forward(self, ids, mask=None):
        B, T = ids.shape
        x = self.embedding(ids) + self.position[:, :T]
        for block in self.blocks:
            x = block(x, mask)
        logits = self.head(x)
        return logits


def loss${index}(model, ids):
    logits = model(ids[:, :-1])
    flat = logits.reshape(-1, logits.size(-1))
    return nn.functional.cross_entropy(flat, ids[:, 1:].reshape(-1))

`.split('\n');
}

const script = (blocks: number): string[] => [
  'def main():',
  '    config = Config()',
  '    ids = torch.randint(0, config.vocab, (8, 128))',
  ...Array.from({ length: blocks }, (_, index) => [
    `    model${index} = Model${index}(config)`,
    `    loss${index}(model${index}, ids).backward()`,
  ]).flat(),
  '',
  '',
  "if __name__ == '__main__':",
  '    main()',
  '',
];

/** The text of the file; 26 blocks are 2,000 lines. */
export const hoverFile = (blocks = 26): string =>
  [
    ...imports,
    ...config,
    ...Array.from({ length: blocks }, (_, index) => block(index)).flat(),
    ...script(blocks),
  ].join('\n');
