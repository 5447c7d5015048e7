"""Hands over what was recorded: one safetensors file whose metadata lists the operations, oldest first."""

import base64
import collections
import json
import math
import struct
import sys
import time

# Values of one array that are handed over whole; a larger one is pooled, and asked for when somebody looks.
WHOLE = 1 << 16
EDGE_OF_POOLED = 64
# Work of one answer, and what is in its file at most, but for one operation.
SECONDS_AT_ONCE = 0.02
BYTES_AT_ONCE = 4 << 20
# What the file says of each of them takes as long again to write.
OPERATIONS_AT_ONCE = 400
# Bytes of queries and keys of large attentions that are held after they were handed over.
KEPT = 128 << 20

_kept = collections.OrderedDict()
# The large attention that is being computed, and its steps.
_begun = []


def drain(limit):
    """Base64 of JSON: how many operations, how many were dropped, whether there are `more`, and the bytes of the file where
    it fits in `limit`, else its path. Takes a bounded time: a debugger has other things to do as well."""
    operations, dropped, data = next_part(SECONDS_AT_ONCE, BYTES_AT_ONCE, OPERATIONS_AT_ONCE)
    answer = {"operations": len(operations), "dropped": dropped, "bytes": len(data), "more": is_more()}
    if not operations:
        return encode(answer)
    if len(data) <= limit:
        answer["data"] = base64.b64encode(data).decode("ascii")
    else:
        answer["path"] = private_file(data)
    return encode(answer)


def next_part(seconds, size, count):
    """The oldest operations as a file, until there are enough for now."""
    # Where others keep the machine busy, what counts is the work.
    began, worked = time.perf_counter(), time.thread_time()
    operations, parts = [], Parts()
    while is_more():
        entry = next_entry(parts)
        if entry is not None:
            operations.append(entry)
        is_late = time.thread_time() - worked > seconds or time.perf_counter() - began > 5 * seconds
        if is_late or parts.size > size or len(operations) == count:
            break
    dropped = recording.take_dropped() if operations else 0
    return operations, dropped, parts.file(operations, dropped)


def is_more():
    return bool(_begun or recording.operations)


def next_entry(parts):
    """What the file's metadata says of the oldest operation; None while that is a large attention not computed to its end."""
    if not _begun:
        operation = recording.take_first()
        if operation is None or not is_large(operation):
            return operation and parts.add(operation)
        _begun.append((operation, pooled_heads(operation)))
    operation, steps = _begun[0]
    try:
        found = next(steps)
    except Exception as error:
        _begun.clear()
        return {**said_of(operation), "note": type(error).__name__}
    if found is None:
        return None
    _begun.clear()
    keep(operation)
    return parts.add_pooled(operation, *found)


def said_of(operation):
    """All but its arrays."""
    keys = ("id", "what", "name", "file", "line", "function", "thread", "time", "facts", "stopped")
    return {**{key: operation[key] for key in keys if key in operation}, "arrays": {}}


class Parts:
    """Arrays of a safetensors file in the making; one that several operations share is in it once."""

    def __init__(self):
        self.header, self.data, self.size, self.known = {}, [], 0, {}

    def add(self, operation):
        """What the file's metadata says of an operation."""
        entry = said_of(operation)
        try:
            for name, value in arrays_of(operation).items():
                entry["arrays"][name] = self.array("%d.%s" % (operation["id"], name), value)
        except Exception as error:
            entry["arrays"], entry["note"] = {}, type(error).__name__
        return entry

    def add_pooled(self, operation, shape, data, statistics):
        """The same of a large attention."""
        entry, key, of = said_of(operation), "%d.w" % operation["id"], size_of(operation)
        self.put(key, shape, data)
        entry["arrays"]["w"] = {"key": key, "pooled": -(-max(of[1:]) // EDGE_OF_POOLED), "of": of}
        entry["facts"] = {**entry["facts"], "statistics": statistics}
        return entry

    def put(self, key, shape, data):
        self.header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [self.size, self.size + len(data)]}
        self.data.append(data)
        self.size += len(data)

    def array(self, key, value):
        known = self.known.get(id(value))
        if known is not None:
            return known[0]
        shape, data, pooled = one_array(value)
        self.put(key, shape, data)
        told = {"key": key}
        if pooled > 1:
            told.update({"pooled": pooled, "of": [int(length) for length in value.shape[-3:]]})
        # The value is held, so that no other gets its identity.
        self.known[id(value)] = (told, value)
        return told

    def file(self, listed, dropped):
        self.header["__metadata__"] = {
            "mnemoscope.operations": text_of(listed),
            "mnemoscope.dropped": str(dropped),
        }
        text = json.dumps(self.header, separators=(",", ":")).encode("utf-8")
        text += b" " * (-len(text) % 8)
        return b"".join([struct.pack("<Q", len(text)), text, *self.data])


def keep(operation):
    """Holds a large attention, from which one head is computed exactly when somebody looks; the oldest go first."""
    _kept[operation["id"]] = operation
    while len(_kept) > 1 and sum(one["bytes"] for one in _kept.values()) > KEPT:
        _kept.pop(next(iter(_kept)))


def exact(identity, head, limit):
    """[queries, keys] float32 of one head of a recorded attention, as `drain` hands over."""
    operation = _kept.get(identity)
    if operation is None:
        raise ValueError("the program no longer holds this attention")
    weights = weights_of_head(operation, head)
    data = raw(weights, library(weights))
    if len(data) <= limit:
        return encode({"bytes": len(data), "data": base64.b64encode(data).decode("ascii")})
    return encode({"bytes": len(data), "path": private_file(data)})


def arrays_of(operation):
    """Every array that a view draws, by its name."""
    if operation["what"] == "attention":
        return {"w": heads_first(weights_of(operation), operation["facts"].get("heads"))}
    if operation["extra"] is None:
        return operation["arrays"]
    return keras_gates_of(operation) if "cells" in operation["extra"] else gates_of(operation)


def heads_first(weights, heads):
    """[heads, queries, keys] of the first item of the batch."""
    shape = tuple(int(length) for length in weights.shape)
    if len(shape) == 2:
        return weights[None]
    if len(shape) == 3:
        return weights[: heads or shape[0]]
    while len(weights.shape) > 3:
        weights = weights[0]
    return weights


def is_ready(value):
    """Whether a copy of ours has the very bytes that are handed over."""
    torch = sys.modules["torch"]
    return value.dtype is torch.float32 and value.device.type == "cpu" and value.is_contiguous() and not value.is_neg()


def one_array(value):
    """(shape, bytes, edge of the pooling window)."""
    kind = library(value)
    count = math.prod(int(length) for length in value.shape)
    if kind == "torch" and count <= WHOLE and is_ready(value):
        return list(value.shape), raw(value, kind), 1
    if count <= WHOLE or len(value.shape) < 2:
        array, _ = as_float32(value, kind, WHOLE)
        return [int(length) for length in array.shape], raw(array, kind), 1
    while len(value.shape) > 3:
        value = value[0]
    items = value if len(value.shape) == 3 else value[None]
    pooled = [pool(as_float32(item, kind)[0], kind, EDGE_OF_POOLED) for item in items]
    edge = -(-max(int(length) for length in value.shape[-2:]) // EDGE_OF_POOLED)
    shape = [len(pooled), *(int(length) for length in pooled[0].shape)]
    data = b"".join(raw(item.contiguous() if kind == "torch" else item.astype("float32"), kind) for item in pooled)
    return shape, data, edge
