"""Writes a trace of your own model for Mnemoscope: named arrays in one safetensors file.

    pip install numpy safetensors
    python write_trace.py        # writes trace.safetensors; open it in VS Code

The model here is a memory that stores five words by their keys, then recalls them from noisy keys.
Events that name a line let the debugger step through this file.
"""

import inspect
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

SLOTS, KEY, VALUE, BETA = 8, 6, 4, 8.0
WORDS = ["red", "green", "blue", "black", "white"]


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def cosine(memory, key):
    return memory @ key / (np.linalg.norm(memory, axis=1) * np.linalg.norm(key) + 1e-9)


def event(step, of, what):
    """What the line above the call did."""
    line = inspect.currentframe().f_back.f_lineno - 1
    return {
        "step": step,
        "of": of,
        "what": what,
        "origin": {"kind": "code", "file": Path(__file__).name, "line": line},
    }


def main():
    rng = np.random.default_rng(0)
    keys = rng.standard_normal((len(WORDS), KEY))
    values = rng.standard_normal((len(WORDS), VALUE))
    memory = np.zeros((SLOTS, KEY + VALUE))
    steps = []
    events = []
    contents = [memory.copy()]  # one more than steps: the memory before the first
    for t in range(2 * len(WORDS)):
        word = t % len(WORDS)
        storing = t < len(WORDS)
        write = np.eye(SLOTS)[word] if storing else np.zeros(SLOTS)
        add = np.concatenate([keys[word], values[word]])
        erase = np.ones_like(add)
        if storing:
            memory = memory * (1 - np.outer(write, erase)) + np.outer(write, add)
            events.append(event(t, "write.0", f"store {WORDS[word]}"))
        query = keys[word] + 0.3 * rng.standard_normal(KEY)
        read = np.zeros(SLOTS)
        if not storing:
            read = softmax(BETA * cosine(memory[:, :KEY], query))
            events.append(event(t, "read.0", f"recall {WORDS[word]}"))
        steps.append({
            "memory.write0.w": write,
            "memory.write0.erase": erase * storing,
            "memory.write0.add": add * storing,
            "memory.read0.w": read,
            "memory.read0.w_content": read,
            "memory.read0.key": query,
            "memory.read0.beta": BETA,
            "memory.read0.read": read @ memory,
            "input.x": np.concatenate([query, values[word] * storing]),
            "output.y": (read @ memory)[KEY:],
        })
        contents.append(memory.copy())

    arrays = {name: np.stack([step[name] for step in steps]).astype(np.float32) for name in steps[0]}
    arrays["memory.M"] = np.stack(contents).astype(np.float32)
    best = arrays["memory.read0.w"][len(WORDS) :].argmax(1)
    right = int((best == np.arange(len(WORDS))).sum())
    save_file(
        arrays,
        Path(__file__).parent / "trace.safetensors",
        metadata={
            "mnemoscope.trace": "1",
            "model": "A key-value memory of 8 slots",
            "labels.slots": json.dumps([*WORDS, "", "", ""]),
            "events": json.dumps(events),
            "verdict": json.dumps({"good": right == len(WORDS), "text": f"recalled {right} of {len(WORDS)} words"}),
        },
    )


if __name__ == "__main__":
    main()
