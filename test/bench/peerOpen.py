"""The peer of the benchmark of opening: safe_open, or torch.load with mmap. Prints one line of JSON."""
import json, resource, sys, time

path = sys.argv[1]
if path.endswith(".safetensors"):
    from safetensors import safe_open
else:
    import torch


def open_file():
    if path.endswith(".safetensors"):
        with safe_open(path, "numpy") as file:
            return len(list(file.keys()))
    return len(torch.load(path, mmap=True, weights_only=True))


memory = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before, started, processor = memory(), time.perf_counter(), time.process_time()
tensors = open_file()
took, processor = time.perf_counter() - started, time.process_time() - processor
figures = {"milliseconds": took * 1000, "processor": processor * 1000}
print(json.dumps({**figures, "added": memory() - before, "tensors": tensors}))
