"""A Hopfield network over ±1 units. Mnemoscope opens it beside model.safetensors."""

import torch
import torch.nn as nn


class Hopfield(nn.Module):
    def __init__(self, units, patterns):
        super().__init__()
        self.register_buffer("weights", torch.zeros(units, units))
        self.register_buffer("patterns", torch.zeros(patterns, units))

    def store(self, patterns):
        """Storkey's rule (1997): Δw_ij = (x_i x_j − x_i h_ji − h_ij x_j) / N, h_ij = Σ_{k≠i,j} w_ik x_k."""
        self.patterns.copy_(patterns)
        n = patterns.shape[1]
        w = torch.zeros(n, n, dtype=torch.float64)
        for x in patterns.double():
            own = w @ x - w.diagonal() * x
            h = own[:, None] - w * x[None, :]
            w = w + (torch.outer(x, x) - x[:, None] * h.T - h * x[None, :]) / n
            w.fill_diagonal_(0)
        self.weights.copy_(w)

    def energy(self, x):
        """E = −½ xᵀ W x of states [..., units]."""
        return -0.5 * torch.einsum("...i,ij,...j->...", x, self.weights, x)

    def forward(self, x, sweeps=10):
        """One unit after another; a unit that hears nothing keeps its state."""
        x = x.clone()
        for _ in range(sweeps):
            before = x.clone()
            for i in torch.randperm(x.shape[-1]):
                h = self.weights[i] @ x
                if h != 0:
                    x[i] = h.sign()
            if torch.equal(x, before):
                break
        return x
