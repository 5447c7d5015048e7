"""The peer of the benchmark: torch eager with transformers on the same file. Prints one line of JSON."""
import json, os, resource, sys, time

start = float(os.environ["BENCH_START"]) / 1000
folder, length, vocabulary = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

import torch
from transformers import GPT2LMHeadModel

model = GPT2LMHeadModel.from_pretrained(folder, attn_implementation="eager").eval()
ids = torch.tensor([[place * 7919 % vocabulary for place in range(length)]])


def forward():
    with torch.inference_mode():
        return model(ids, output_attentions=True).attentions


assert len(forward()) == model.config.n_layer
every = (time.time() - start) * 1000
used = resource.getrusage(resource.RUSAGE_SELF)
warm = []
for _ in range(3):
    begun = time.perf_counter()
    forward()
    warm.append((time.perf_counter() - begun) * 1000)
print(json.dumps({
    "everyPicture": every,
    "processor": (used.ru_utime + used.ru_stime) * 1000,
    "memory": used.ru_maxrss / 1024,
    "warm": min(warm),
}))
