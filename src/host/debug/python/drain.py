"""Hands over what was recorded: one safetensors file whose metadata lists the operations, oldest first."""

import base64
import json
import struct

# Values of one array that are handed over whole; a larger one is pooled, and asked for when somebody looks.
WHOLE = 1 << 16
EDGE_OF_POOLED = 64


def drain(limit):
    """Base64 of JSON: how many operations, how many were dropped, and the bytes of the file where it fits in `limit`, else its path."""
    operations, dropped = recording.take()
    data = safetensors(operations, dropped)
    answer = {"operations": len(operations), "dropped": dropped, "bytes": len(data)}
    if not operations:
        return encode(answer)
    if len(data) <= limit:
        answer["data"] = base64.b64encode(data).decode("ascii")
    else:
        answer["path"] = private_file(data)
    return encode(answer)


def safetensors(operations, dropped):
    header, parts, offset, listed = {}, [], 0, []
    for operation in operations:
        entry = {key: operation[key] for key in ("id", "what", "name", "file", "line", "function", "thread", "time", "facts")}
        if "stopped" in operation:
            entry["stopped"] = operation["stopped"]
        entry["arrays"] = {}
        try:
            arrays = written(operation)
        except Exception as error:
            arrays, entry["note"] = {}, type(error).__name__
        for name, (shape, data, pooled) in arrays.items():
            key = "%d.%s" % (operation["id"], name)
            header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
            entry["arrays"][name] = {"shape": shape, "pooled": pooled}
            parts.append(data)
            offset += len(data)
        listed.append(entry)
    header["__metadata__"] = {
        "mnemoscope.operations": json.dumps(_finite(listed), separators=(",", ":")),
        "mnemoscope.dropped": str(dropped),
    }
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *parts])


def written(operation):
    """(shape, bytes, edge of the pooling window) of every array that a view draws."""
    arrays = dict(operation["arrays"])
    if operation["what"] == "attention":
        arrays = {"w": heads_first(weights_of(operation), operation["facts"].get("heads"))}
    elif operation["extra"] is not None:
        arrays = gates_of(operation)
    return {name: one_array(value) for name, value in arrays.items()}


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


def one_array(value):
    kind = library(value)
    count = 1
    for length in value.shape:
        count *= int(length)
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
