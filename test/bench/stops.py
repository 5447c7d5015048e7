"""A frame with a gigabyte in it, a memory that is used ten thousand times, and a large fused attention."""

import sys

import torch
import torch.nn.functional as F


class Memory:
    def __init__(self):
        self.memory = torch.zeros(128, 20)

    def read(self, w):
        return w @ self.memory


def stops(count):
    large = torch.zeros(1 << 14, 1 << 14)
    large[0, 0] = 5.0
    small = {"t%d" % index: torch.randn(64, 64) for index in range(16)}
    a, b, c, d = (torch.randn(512, 512) for _ in range(4))
    for index in range(count):
        here = index
    return large, small, a, b, c, d


def operations(count):
    memory, w = Memory(), torch.softmax(torch.randn(128), 0)
    for _ in range(count):
        memory.read(w)
    recorded = count
    return recorded


def attention(length):
    query = torch.randn(1, 12, length, 64)
    F.scaled_dot_product_attention(query, query, query, is_causal=True)
    attended = length
    return attended


torch.set_num_threads(2)
stops(int(sys.argv[1]))
operations(10000)
attention(2048)
