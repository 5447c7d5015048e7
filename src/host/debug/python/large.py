"""A large attention is handed over pooled. It is computed some rows of one head at a time, so that no answer takes long."""

import math
import sys

# Weights that are computed between two looks at the clock.
CELLS_AT_ONCE = 1 << 18


def size_of(operation):
    """(heads, queries, keys) of the first item of the batch, without computing anything."""
    arrays = operation["arrays"]
    if "w" in arrays:
        return tuple(int(length) for length in heads_first(arrays["w"], operation["facts"].get("heads")).shape)
    if "queries" in arrays:
        (_, rows, heads, _), columns = arrays["queries"].shape, arrays["keys"].shape[1]
        return int(heads), int(rows), int(columns)
    query, key = arrays["q"], arrays["k"]
    heads = max(int(one.shape[-3]) if one.dim() > 2 else 1 for one in (query, key))
    return heads, int(query.shape[-2]), int(key.shape[-2])


def is_large(operation):
    """Whether it is to be pooled."""
    try:
        size = size_of(operation) if operation["what"] == "attention" else (0,)
        return math.prod(size) > WHOLE and max(size[1:]) > EDGE_OF_POOLED
    except Exception:
        return False


def weights_of_head(operation, head, start=0, stop=None):
    """[queries, keys] float32 on the CPU: queries `start` to `stop` of one head, in the first item of the batch."""
    arrays, facts, rows = operation["arrays"], operation["facts"], slice(start, stop)
    if "w" in arrays:
        weights = heads_first(arrays["w"], facts.get("heads"))[head, rows]
    else:
        cut = cut_keras if "queries" in arrays else cut_torch
        part = {"arrays": cut(arrays, head, rows, size_of(operation)[0]), "facts": {**facts, "start": start}}
        weights = heads_first(weights_of(part), None)[0]
    return as_float32(weights, library(weights), math.prod(int(length) for length in weights.shape))[0]


def cut_torch(arrays, head, rows, heads):
    return {
        "q": of_head(arrays["q"], head, heads)[..., rows, :],
        "k": of_head(arrays["k"], head, heads),
        "mask": None if arrays.get("mask") is None else of_rows(of_head(arrays["mask"], head, heads), rows),
    }


def of_head(value, head, heads):
    """Of the first item of the batch; several heads may share a key, and all of them a mask."""
    while value.dim() > 3:
        value = value[0]
    if value.dim() < 3:
        return value
    own = head * int(value.shape[0]) // heads
    return value[own : own + 1]


def of_rows(mask, rows):
    return mask[..., rows, :] if len(mask.shape) > 1 and mask.shape[-2] > 1 else mask


def cut_keras(arrays, head, rows, heads):
    cut = {
        "queries": arrays["queries"][:1, rows, head : head + 1],
        "keys": arrays["keys"][:1, :, head : head + 1],
    }
    if "mask" in arrays:
        mask = arrays["mask"][:1]
        own = slice(head, head + 1) if len(mask.shape) == 4 and mask.shape[1] > 1 else slice(None)
        cut["mask"] = of_rows(mask[:, own] if len(mask.shape) == 4 else mask, rows)
    return cut


def pooled_heads(operation):
    """Steps of some milliseconds that give None, then one that gives (shape, bytes, statistics of each head)."""
    heads, rows, columns = size_of(operation)
    down, across = (-(-length // EDGE_OF_POOLED) for length in (rows, columns))
    step = max(1, CELLS_AT_ONCE // (down * columns)) * down
    data, statistics, shape = [], [], [heads, -(-rows // down), -(-columns // across)]
    for head in range(heads):
        sums = [0.0] * 4
        for start in range(0, rows, step):
            weights = weights_of_head(operation, head, start, start + step)
            kind = library(weights)
            cells = pool_windows(weights, kind, down, across)
            data.append(raw(cells.contiguous() if kind == "torch" else cells.astype("float32"), kind))
            sums = [before + more for before, more in zip(sums, sums_of(weights, kind, start))]
            yield None
        statistics.append(means(sums, rows, columns))
    yield shape, b"".join(data), statistics


def sums_of(weights, kind, start):
    """Over queries from `start` on: entropy in nats, and the weight on the place before the query, on the first key and on the
    query's own place, as `headStatistics.ts` has them."""
    log = sys.modules["torch" if kind == "torch" else "numpy"].log
    entropy = -float((weights * log(weights + 1e-30)).sum())
    return [entropy, *(float(part.sum()) for part in (weights.diagonal(start - 1), weights[:, 0], weights.diagonal(start)))]


def means(sums, rows, columns):
    """Over the queries that have such a place."""
    places = [rows, min(rows, columns + 1) - 1, rows, min(rows, columns)]
    return [total / count if count else math.nan for total, count in zip(sums, places)]
