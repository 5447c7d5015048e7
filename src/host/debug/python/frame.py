"""The tensors of a stopped frame in one answer of bounded size and time."""

import base64
import json
import math
import sys
import time
import types

# Seconds of this thread's work, and by the clock, and entries after which only shapes are told; entries after which no more are listed; whole numbers told, at most.
SECONDS = 0.08
SECONDS_BY_CLOCK = 0.4
MEASURED = 64
LISTED = 400
INTEGERS = 200

_last_seen = {}
# Expressions that the person pinned: the only ones that are evaluated.
_pinned = set()


def describe(variables, where, pins=(), names=None, everything=True):
    """`variables` and `names`: locals and globals of a frame; `where`: what the frame is called. Answers base64 of
    JSON, at most 256 KB. `everything`: not the pinned expressions alone."""
    started, worked = time.perf_counter(), time.thread_time()
    _pinned.clear()
    _pinned.update(pins)
    found, readable = [], []
    for path, value, kind, problem in _listed(variables, names or {}, pins, everything):
        entry = {"name": path}
        if path in _pinned:
            entry["pinned"] = True
        if problem:
            found.append({**entry, "library": "", "dtype": "", "shape": [], "device": "", "note": problem})
            continue
        try:
            entry.update(facts(value, kind))
            if "note" not in entry:
                readable.append((entry, value, kind))
        except Exception as error:  # An array that raises is told, and the rest goes on.
            _excuse(entry, kind, error)
        found.append(entry)
        if len(found) == LISTED:
            break
    # Small ones first: one that is slow to read keeps no other from being seen.
    readable.sort(key=lambda one: (not one[0].get("pinned", False), _elements(one[0]["shape"])))
    for entry, value, kind in readable[:MEASURED]:
        if time.thread_time() - worked > SECONDS or time.perf_counter() - started > SECONDS_BY_CLOCK:
            break
        try:
            _measure(entry, value, kind, where)
        except Exception as error:
            _excuse(entry, kind, error)
    sizes = _integers(variables) if everything else {}
    spent = 1e3 * (time.perf_counter() - started)
    return encode({"where": where, "tensors": found, "integers": sizes, "milliseconds": spent})


def _elements(shape):
    return math.prod(length or 0 for length in shape)


def _excuse(entry, kind, error):
    entry["note"] = "cannot be read: %s" % type(error).__name__
    entry.update({name: entry.get(name, none) for name, none in (("library", kind), ("dtype", ""), ("shape", []), ("device", ""))})


def _listed(variables, names, pins, everything):
    """(path, array, library, problem): pinned expressions first, then what the frame holds."""
    for pin in pins:
        try:
            value = eval(pin, {**names, **variables})
            kind = library(value)
            yield pin, value, kind, None if kind else "no array: %s" % type(value).__name__
        except BaseException as error:
            yield pin, None, None, ("%s: %s" % (type(error).__name__, error)).splitlines()[0][:200]
    if everything:
        for path, value, kind in _arrays(variables):
            if path not in _pinned:
                yield path, value, kind, None


def _measure(entry, value, kind, where):
    array, every = as_float32(value, kind)
    measured = statistics(array, kind)
    entry.update(measured)
    if every > 1:
        entry["sampled"] = every
    if "min" in measured:
        picture = thumbnail(array, kind, measured["min"], measured["max"])
        if picture:
            entry["thumbnail"] = picture
    mark = (tuple(entry["shape"]), measured.get("min"), measured.get("max"), measured.get("mean"), measured["nan"])
    before = _last_seen.get((where, entry["name"]))
    entry["change"] = "new" if before is None else "same" if before == mark else "changed"
    _last_seen[(where, entry["name"])] = mark
    while len(_last_seen) > 4096:
        _last_seen.pop(next(iter(_last_seen)))


def _arrays(variables):
    """(path, array, library): locals, what lists, tuples and dicts hold one level down, and what `self` owns."""
    seen = set()
    for name, value in list(variables.items()):
        if name.startswith("__"):
            continue
        for path, inner in _inside(name, value):
            kind = library(inner)
            if kind and (id(inner), path) not in seen:
                seen.add((id(inner), path))
                yield path, inner, kind


def _inside(name, value):
    yield name, value
    if type(value) in (list, tuple):
        for index, item in enumerate(value[:16]):
            yield "%s[%d]" % (name, index), item
    elif type(value) is dict:
        for key, item in list(value.items())[:16]:
            if type(key) in (str, int):
                yield "%s[%r]" % (name, key), item
    elif library(value) is None and not isinstance(value, (types.ModuleType, type, types.FunctionType)):
        yield from _attributes(name, value)


def _own(value):
    try:
        own = object.__getattribute__(value, "__dict__")
    except Exception:
        return []
    return [(key, item) for key, item in list(own.items())[:64] if type(key) is str] if type(own) is dict else []


def _attributes(name, value):
    """Read from the instance's own dictionary: no property runs."""
    for key, item in _own(value):
        if key in ("_parameters", "_buffers") and isinstance(item, dict):
            for inner, tensor in list(item.items())[:64]:
                yield "%s.%s" % (name, inner), tensor
        elif library(item):
            yield "%s.%s" % (name, key), item


def _integers(variables):
    """Whole numbers by what one would write for them: locals, what objects own, and what their configurations own."""
    found = {}

    def visit(path, value, depth):
        if type(value) is int and abs(value) < 2**53 and len(found) < INTEGERS:
            found[path] = value
        elif depth > 0 and library(value) is None and not isinstance(value, (types.ModuleType, type, types.FunctionType)):
            for name, item in _own(value):
                inner = depth - 1 if name in ("config", "cfg", "args", "hparams", "params") else 0
                visit("%s.%s" % (path, name), item, inner)

    for name, value in list(variables.items()):
        if not name.startswith("__"):
            visit(name, value, 2)
    return found


def encode(answer):
    """JSON without NaN, in an alphabet that a debugger's quoting leaves alone."""
    text = json.dumps(_finite(answer), separators=(",", ":"), ensure_ascii=True)
    return base64.b64encode(text.encode("ascii")).decode("ascii")


def _finite(value):
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
