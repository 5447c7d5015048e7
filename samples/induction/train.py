"""Trains the sample: phrases of random words that come back in any order. To guess the next word the model must
look back to where the current word stood before and read what followed: an induction head (Olsson et al. 2022).

    pip install torch safetensors
    python train.py        # about ten minutes on two cores; writes model.safetensors, config.json, tokenizer.json
"""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from model import GPT, Config

WORDS = """the a red blue green small old new cat dog fox bird fish bear king queen child poet sees finds loves
follows paints eats hears calls in on under over near moon sun star tree river stone house road song letter
apple bread lamp clock boat bridge garden window and then but today always never here there ,""".split()
HERE = Path(__file__).parent


def batch(size, length, vocabulary, generator):
    """Each row strings a few phrases of random words together, in any order and again and again. Targets are the
    words inside a phrase that stood before: only who finds the earlier copy can know them."""

    def number(low, high):
        return int(torch.randint(low, high, (1,), generator=generator))

    rows = torch.zeros(size, length, dtype=torch.long)
    targets = torch.full((size, length), -100)
    for row, target in zip(rows, targets):
        words = torch.randperm(vocabulary - 1, generator=generator) + 1
        lengths = [number(3, 9) for _ in range(number(2, 6))]
        phrases = words[: sum(lengths)].split(lengths)
        seen, at = set(), 0
        while at < length:
            choice = number(0, len(phrases))
            phrase = phrases[choice][: length - at]
            row[at : at + len(phrase)] = phrase
            if choice in seen:
                target[at : at + len(phrase) - 1] = phrase[1:]
            seen.add(choice)
            at += len(phrase)
    return rows, targets


def write_tokenizer(words):
    added = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": 0, "content": "<unk>", **added}],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {word: i for i, word in enumerate(words)}, "unk_token": "<unk>"},
    }
    (HERE / "tokenizer.json").write_text(json.dumps(tokenizer, indent=1))


def main():
    torch.manual_seed(5)
    generator = torch.Generator().manual_seed(5)
    words = ["<unk>", *WORDS]
    config = Config(vocab_size=len(words))
    model = GPT(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    steps = 3500
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for step in range(steps):
        tokens, targets = batch(64, config.block_size, config.vocab_size, generator)
        loss = F.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.3f}", flush=True)
    state = {name: value for name, value in model.state_dict().items() if name != "lm_head.weight"}
    metadata = {"format": "pt", "mnemoscope.sample": "the red fox finds a small lamp , the red fox finds a small"}
    save_file(state, HERE / "model.safetensors", metadata)
    (HERE / "config.json").write_text(json.dumps({"model_type": "gpt", **asdict(config)}, indent=2) + "\n")
    write_tokenizer(words)


if __name__ == "__main__":
    main()
