"""Trains the sample: bits go in row by row, then come out again. The sequences grow while the network learns them.

    pip install torch safetensors
    python train.py        # three minutes of one core; writes model.safetensors and config.json
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from model import NTM

BITS, UNITS, SLOTS, WIDTH = 8, 64, 32, 16
LONGEST, BATCH, STEPS = 20, 16, 6000
HERE = Path(__file__).parent


def batch(length, size):
    """`length` rows of bits, one row with the end marker, then silence: x [2 length + 1, size, BITS + 1]."""
    bits = torch.randint(0, 2, (length, size, BITS)).float()
    x = torch.zeros(2 * length + 1, size, BITS + 1)
    x[:length, :, :BITS] = bits
    x[length, :, BITS] = 1
    return x, bits


def errors(model, length, size=50):
    """Wrong bits per sequence."""
    x, bits = batch(length, size)
    with torch.no_grad():
        y = model(x)[length + 1 :]
    return ((y > 0.5) != (bits > 0.5)).sum().item() / size


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = NTM(BITS + 1, BITS, UNITS, SLOTS, WIDTH)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.95, momentum=0.5)
    longest = 2
    smooth = 1.0
    for step in range(STEPS):
        length = int(torch.randint(1, longest + 1, ()))
        x, bits = batch(length, BATCH)
        loss = F.binary_cross_entropy(model(x)[length + 1 :], bits)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        smooth = 0.98 * smooth + 0.02 * loss.item()
        if smooth < 0.05 and longest < LONGEST:
            longest += 1
            smooth = 0.1
        if step % 250 == 0:
            print(f"step {step} loss {smooth:.4f} lengths up to {longest}", flush=True)
    for length in (1, 5, 12, 20, 30):
        print(f"length {length}: {errors(model, length):.2f} bits wrong per sequence")
    save_file(model.state_dict(), HERE / "model.safetensors", {"format": "pt"})
    config = {"model_type": "ntm", "task": "copy"}
    (HERE / "config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
