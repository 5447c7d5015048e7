"""Stores five letters of 10 × 10 points in a Hopfield network.

    pip install torch safetensors numpy
    python train.py        # a second; writes model.safetensors, patterns.npy and config.json
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from model import Hopfield

LETTERS = {
    "A": """
....##....
...####...
..##..##..
..##..##..
.##....##.
.########.
.########.
##......##
##......##
##......##""",
    "E": """
##########
##########
##........
##........
########..
########..
##........
##........
##########
##########""",
    "O": """
..######..
.########.
##......##
##......##
##......##
##......##
##......##
##......##
.########.
..######..""",
    "T": """
##########
##########
....##....
....##....
....##....
....##....
....##....
....##....
....##....
....##....""",
    "X": """
##......##
##......##
.##....##.
..##..##..
...####...
...####...
..##..##..
.##....##.
##......##
##......##""",
}
HERE = Path(__file__).parent


def main():
    torch.manual_seed(3)
    rows = [[1.0 if point == "#" else -1.0 for point in "".join(picture.split())] for picture in LETTERS.values()]
    patterns = torch.tensor(rows)
    model = Hopfield(patterns.shape[1], len(patterns))
    model.store(patterns)
    for name, pattern in zip(LETTERS, patterns):
        noisy = torch.where(torch.rand(len(pattern)) < 0.2, -pattern, pattern)
        found = model(noisy)
        print(name, "recalled" if torch.equal(found, pattern) else "lost", f"E {model.energy(found).item():.3f}")
    save_file(model.state_dict(), HERE / "model.safetensors", {"format": "pt"})
    np.save(HERE / "patterns.npy", patterns.numpy().astype(np.int8))
    config = {"model_type": "hopfield", "labels": "".join(LETTERS)}
    (HERE / "config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
