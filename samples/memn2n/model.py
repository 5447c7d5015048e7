"""An end-to-end memory network (Sukhbaatar et al. 2015), adjacent weight tying. Mnemoscope opens it beside model.safetensors."""

import torch
import torch.nn as nn


def position_encoding(words, width):
    """Equation 4 of the paper, k over dimensions and j over words, both from 1: [words, width]."""
    k = torch.arange(1, width + 1) - (width + 1) / 2
    j = torch.arange(1, words + 1) - (words + 1) / 2
    return 1 + 4 * j[:, None] * k[None, :] / (width * words)


class MemN2N(nn.Module):
    def __init__(self, vocabulary, width, hops, memory_size, sentence_size):
        super().__init__()
        self.hops = hops
        for k in range(hops + 1):
            self.add_module(f"C_{k}", nn.Embedding(vocabulary, width, padding_idx=0))
        self.T = nn.ParameterList([nn.Parameter(0.1 * torch.randn(memory_size, width)) for _ in range(hops + 1)])
        self.register_buffer("encoding", position_encoding(sentence_size, width), persistent=False)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1)

    def embed(self, k, ids):
        # Word 0 is no word: its vector stays zero.
        vectors = self.C(k)(ids) * (ids != 0).unsqueeze(-1)
        return (vectors * self.encoding).sum(-2)

    def C(self, k):
        return getattr(self, f"C_{k}")

    def forward(self, story, query):
        """story [batch, sentences, words], the newest sentence first; query [batch, words]."""
        empty = (story == 0).all(-1)
        u = self.embed(0, query)
        for k in range(self.hops):
            m = self.embed(k, story) + self.T[k]
            c = self.embed(k + 1, story) + self.T[k + 1]
            scores = (m * u.unsqueeze(1)).sum(-1).masked_fill(empty, -1e9)
            p = scores.softmax(-1)
            u = u + (c * p.unsqueeze(-1)).sum(1)
        return u @ self.C(self.hops).weight.T
