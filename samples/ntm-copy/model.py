"""A Neural Turing Machine (Graves, Wayne, Danihelka 2014). Mnemoscope opens it beside model.safetensors."""

import torch
import torch.nn as nn
from torch.nn import functional as F


class Head(nn.Module):
    """Where to look in the memory (section 3.3): content, interpolation, shift, sharpening."""

    def __init__(self, width):
        super().__init__()
        self.width = width

    def address(self, k, beta, g, s, gamma, memory, before):
        """k [batch, width], beta, g, gamma [batch, 1], s [batch, 3], memory [batch, slots, width] → w [batch, slots]."""
        similarity = F.cosine_similarity(memory + 1e-16, k.unsqueeze(1) + 1e-16, dim=-1)
        content = F.softmax(F.softplus(beta) * similarity, dim=-1)
        gate = torch.sigmoid(g)
        gated = gate * content + (1 - gate) * before
        s = F.softmax(s, dim=-1)
        shifted = s[:, :1] * gated.roll(1, -1) + s[:, 1:2] * gated + s[:, 2:] * gated.roll(-1, -1)
        w = shifted ** (1 + F.softplus(gamma))
        return w / (w.sum(-1, keepdim=True) + 1e-16)


class ReadHead(Head):
    def __init__(self, width, units):
        super().__init__(width)
        self.fc_read = nn.Linear(units, width + 6)

    def forward(self, h, memory, before):
        k, beta, g, s, gamma = self.fc_read(h).split([self.width, 1, 1, 3, 1], -1)
        w = self.address(k, beta, g, s, gamma, memory, before)
        return torch.einsum("bn,bnm->bm", w, memory), w


class WriteHead(Head):
    def __init__(self, width, units):
        super().__init__(width)
        self.fc_write = nn.Linear(units, 3 * width + 6)

    def forward(self, h, memory, before):
        k, beta, g, s, gamma, erase, add = self.fc_write(h).split([self.width, 1, 1, 3, 1, self.width, self.width], -1)
        w = self.address(k, beta, g, s, gamma, memory, before).unsqueeze(-1)
        memory = memory * (1 - w * torch.sigmoid(erase).unsqueeze(1)) + w * add.unsqueeze(1)
        return memory, w.squeeze(-1)


class Controller(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.lstm = nn.LSTM(inputs, units)
        self.lstm_h_bias = nn.Parameter(0.05 * torch.randn(1, 1, units))
        self.lstm_c_bias = nn.Parameter(0.05 * torch.randn(1, 1, units))


class Memory(nn.Module):
    """The contents before the first step: small and different in every slot, so that a slot can be found by content."""

    def __init__(self, slots, width):
        super().__init__()
        self.register_buffer("mem_bias", torch.empty(slots, width).uniform_(-1, 1) / (slots + width) ** 0.5)


class NTM(nn.Module):
    def __init__(self, inputs, outputs, units, slots, width):
        super().__init__()
        self.controller = Controller(inputs + width, units)
        self.memory = Memory(slots, width)
        self.heads = nn.ModuleList([ReadHead(width, units), WriteHead(width, units)])
        self.read0_bias = nn.Parameter(0.01 * torch.randn(1, width))
        self.fc = nn.Linear(units + width, outputs)

    def forward(self, x):
        """x [steps, batch, inputs] → y [steps, batch, outputs]."""
        batch = x.shape[1]
        memory = self.memory.mem_bias.expand(batch, -1, -1)
        h = self.controller.lstm_h_bias.expand(-1, batch, -1).contiguous()
        c = self.controller.lstm_c_bias.expand(-1, batch, -1).contiguous()
        read = self.read0_bias.expand(batch, -1)
        w_read = w_write = memory.new_zeros(batch, memory.shape[1])
        reader, writer = self.heads
        y = []
        for row in x:
            out, (h, c) = self.controller.lstm(torch.cat([row, read], -1).unsqueeze(0), (h, c))
            read, w_read = reader(out[0], memory, w_read)
            memory, w_write = writer(out[0], memory, w_write)
            y.append(torch.sigmoid(self.fc(torch.cat([out[0], read], -1))))
        return torch.stack(y)
