"""The tensors of a stopped frame in one answer of bounded size and time."""

import base64
import collections
import itertools
import json
import math
import os
import sys
import time
import types

# Seconds of this thread's work, and by the clock, and entries after which only shapes are told; entries after which no more are
# listed; whole numbers that are told.
SECONDS = 0.08
SECONDS_BY_CLOCK = 0.4
MEASURED = 64
LISTED = 400
INTEGERS = 200
# What is looked at of a list, and of an object.
HELD = 16
ATTRIBUTES = 64

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
    answer = {"where": where, "tensors": found, "integers": sizes, "milliseconds": spent}
    if "RANK" in os.environ and "WORLD_SIZE" in os.environ:
        # One of several processes that torchrun started.
        answer["rank"] = os.environ["RANK"]
    return encode(answer)


def _elements(shape):
    return math.prod(length or 0 for length in shape)


def _excuse(entry, kind, error):
    entry["note"] = "cannot be read: %s" % type(error).__name__
    entry.update({name: entry.get(name, none) for name, none in (("library", kind), ("dtype", ""), ("shape", []), ("device", ""))})


def _listed(variables, names, pins, everything):
    """(path, array, library, problem): pinned expressions first, then what the frame holds."""
    for pin in pins:
        try:
            value = numbers_of(eval(pin, {**names, **variables}))
            kind = library(value)
            yield pin, value, kind, None if kind else "no array: %s" % type(value).__name__
        except BaseException as error:
            yield pin, None, None, ("%s: %s" % (type(error).__name__, error)).splitlines()[0][:200]
    if everything:
        for path, value, kind in _arrays(variables):
            if path not in _pinned:
                yield path, value, kind, None


def _measure(entry, value, kind, where):
    with undisturbed(kind):
        array, every = to_measure(value, kind)
        measured = statistics(array, kind)
        picture = thumbnail(array, kind, measured["min"], measured["max"]) if "min" in measured else None
    entry.update(measured)
    if every > 1:
        entry["sampled"] = every
    if picture:
        entry["thumbnail"] = picture
    mark = (tuple(entry["shape"]), measured.get("min"), measured.get("max"), measured.get("mean"), measured["nan"])
    before = _last_seen.get((where, entry["name"]))
    entry["change"] = "new" if before is None else "same" if before == mark else "changed"
    _last_seen[(where, entry["name"])] = mark
    while len(_last_seen) > 4096:
        _last_seen.pop(next(iter(_last_seen)))


def _arrays(variables):
    """(path, array, library): locals, what lists, tuples, dicts and objects among them hold, and what those in turn list."""
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
    kind = type(value)
    if library(value) is not None or issubclass(kind, (types.ModuleType, type, types.FunctionType)):
        return
    table = list(_columns(name, value))
    if table:
        yield from table
        return
    yield from _items(name, value)
    for key, item in _attributes(value):
        path = "%s.%s" % (name, key)
        yield path, item
        if library(item) is None:
            yield from _items(path, item)


def _columns(name, value):
    """(path, array): what a table of pandas holds, whole where its columns are of one type."""
    whole = numbers_of(value)
    if whole is not value:
        yield name, whole
    elif _is_of_pandas(value, "DataFrame"):
        for index, key in enumerate(itertools.islice(value.columns, HELD)):
            if type(key) in (str, int):
                yield "%s[%r]" % (name, key), numbers_of(value.iloc[:, index])


def _is_of_pandas(value, name):
    """Its own class alone: another may make anything of its values."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and type(value) is getattr(pandas, name, None)


def numbers_of(value):
    """The array behind a column of pandas, or a table of one type, without a copy; the value itself where there is none."""
    manager = getattr(value, "_mgr", None) if _is_of_pandas(value, "DataFrame") else None
    if _is_of_pandas(value, "Series") or getattr(manager, "is_single_block", False):
        array = value.values
        return array if library(array) and array.dtype.kind in "biufc" else value
    return value


def _items(name, value):
    """What a list, tuple or dict holds, whatever a class of the person's makes of it."""
    kind = type(value)
    if issubclass(kind, dict):
        for key, item in list(itertools.islice(dict.items(value), HELD)):
            if type(key) in (str, int):
                yield "%s[%r]" % (name, key), item
        return
    base = next((base for base in (list, tuple, collections.deque) if issubclass(kind, base)), None)
    if base is None:
        return
    fields = _class_attribute(kind, "_fields")
    for index, item in enumerate(list(itertools.islice(base.__iter__(value), HELD))):
        named = type(fields) is tuple and index < len(fields)
        yield "%s.%s" % (name, fields[index]) if named else "%s[%d]" % (name, index), item


def _attributes(value):
    """(name, value) of what an object owns: no property runs."""
    for key, item in list(itertools.islice(dict.items(own_attributes(value)), ATTRIBUTES)):
        if key in ("_parameters", "_buffers") and issubclass(type(item), dict):
            yield from list(itertools.islice(dict.items(item), ATTRIBUTES))
        elif type(key) is str:
            yield key, item
    for owner in _mro(type(value)):
        slots = [] if "__slots__" not in _namespace(owner) else list(_namespace(owner).items())
        for key, member in slots:
            if type(member) is types.MemberDescriptorType:
                try:
                    yield key, member.__get__(value)
                except AttributeError:  # A slot that is empty.
                    continue


_dictionaries = {}
_mro, _namespace = (type.__dict__[word].__get__ for word in ("__mro__", "__dict__"))


def _class_attribute(kind, name):
    return next((_namespace(owner)[name] for owner in _mro(kind) if name in _namespace(owner)), None)


def own_attributes(value):
    """The dictionary of an object, without asking the object for it."""
    kind = type(value)
    known = _dictionaries.get(id(kind))
    if known is None or known[0] is not kind:
        if len(_dictionaries) > 4096:
            _dictionaries.clear()
        found = _class_attribute(kind, "__dict__")
        # By identity: a class may say anything of its hash. Held, so that no other gets its identity.
        known = _dictionaries[id(kind)] = kind, found.__get__ if type(found) is types.GetSetDescriptorType else None
    own = known[1] and known[1](value)
    return own if type(own) is dict else {}


def _integers(variables):
    """Whole numbers by what one would write for them: locals, what objects own, and what their configurations own."""
    found = {}

    def visit(path, value, depth):
        if type(value) is int and abs(value) < 2**53 and len(found) < INTEGERS:
            found[path] = value
        elif depth > 0 and library(value) is None and not issubclass(type(value), (types.ModuleType, type, types.FunctionType)):
            for name, item in _attributes(value):
                inner = depth - 1 if name in ("config", "cfg", "args", "hparams", "params") else 0
                visit("%s.%s" % (path, name), item, inner)

    for name, value in list(variables.items()):
        if not name.startswith("__"):
            visit(name, value, 2)
    return found


def encode(answer):
    """JSON without NaN, in an alphabet that a debugger's quoting leaves alone."""
    return base64.b64encode(text_of(answer).encode("ascii")).decode("ascii")


def text_of(answer):
    try:
        return json.dumps(answer, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):  # NaN, or keys that are no words.
        return json.dumps(_finite(answer), separators=(",", ":"))


def _finite(value):
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
