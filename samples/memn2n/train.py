"""Trains the sample: people walk from room to room and carry things; where is the thing now? One hop finds who has it,
the next where that person went last.

    pip install torch safetensors
    python train.py        # about a minute; writes model.safetensors and config.json
"""

import json
import random
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from model import MemN2N

PEOPLE = ["mary", "john", "sandra", "daniel"]
ROOMS = ["kitchen", "garden", "office", "hallway", "bathroom", "bedroom"]
THINGS = ["apple", "football", "milk"]
WORDS = ["<nil>", *PEOPLE, *ROOMS, *THINGS, "went", "to", "took", "the", "where", "is"]
IDS = {word: i for i, word in enumerate(WORDS)}
MEMORY, SENTENCE, WIDTH, HOPS = 12, 5, 32, 3
HERE = Path(__file__).parent


def story(rng):
    """Sentences in the order in which they happened, a question, its answer."""
    while True:
        place, holder, lines = {}, {}, []
        for _ in range(rng.randint(4, MEMORY)):
            who = rng.choice(PEOPLE)
            free = [thing for thing in THINGS if thing not in holder]
            if who in place and free and rng.random() < 0.4:
                thing = rng.choice(free)
                holder[thing] = who
                lines.append(f"{who} took the {thing}")
            else:
                place[who] = rng.choice([room for room in ROOMS if room != place.get(who)])
                lines.append(f"{who} went to the {place[who]}")
        if holder and rng.random() < 0.7:
            thing = rng.choice(sorted(holder))
            return lines, f"where is the {thing}", place[holder[thing]]
        if place and rng.random() < 0.5:
            who = rng.choice(sorted(place))
            return lines, f"where is {who}", place[who]


def ids(line):
    words = [IDS[word] for word in line.split()]
    return words + [0] * (SENTENCE - len(words))


def batch(size, rng):
    stories = torch.zeros(size, MEMORY, SENTENCE, dtype=torch.long)
    queries = torch.zeros(size, SENTENCE, dtype=torch.long)
    answers = torch.zeros(size, dtype=torch.long)
    for i in range(size):
        lines, question, answer = story(rng)
        for slot, line in enumerate(reversed(lines)):
            stories[i, slot] = torch.tensor(ids(line))
        queries[i] = torch.tensor(ids(question))
        answers[i] = IDS[answer]
    return stories, queries, answers


def main():
    torch.manual_seed(7)
    rng = random.Random(7)
    model = MemN2N(len(WORDS), WIDTH, HOPS, MEMORY, SENTENCE)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    steps = 5000
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=steps)
    for step in range(steps):
        stories, queries, answers = batch(64, rng)
        loss = F.cross_entropy(model(stories, queries), answers)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        if step % 250 == 0:
            print(f"step {step} loss {loss.item():.3f}", flush=True)
    stories, queries, answers = batch(1000, random.Random(99))
    with torch.no_grad():
        right = (model(stories, queries).argmax(-1) == answers).float().mean().item()
    print(f"{100 * right:.1f} % of 1000 new stories")
    save_file(model.state_dict(), HERE / "model.safetensors", {"format": "pt"})
    example = {
        "story": [
            "sandra went to the garden",
            "mary went to the office",
            "john went to the hallway",
            "mary took the milk",
            "mary went to the kitchen",
        ],
        "query": "where is the milk",
    }
    config = {
        "model_type": "memn2n",
        "hops": HOPS,
        "sentence_size": SENTENCE,
        "memory_size": MEMORY,
        "vocab": WORDS,
        "example": example,
    }
    (HERE / "config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
