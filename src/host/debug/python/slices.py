"""What the page asks about one array while the program stands: parts and figures of it, each answer at most 256 KB.

A slice is {"rows": axis, "columns": axis, "at": an index per axis}, as the weights view cuts it. Large arrays are
reduced where they live; what is counted over all of an array is counted a part at a time.
"""

import math
import struct
import sys

# Cells along the edge of a tile; elements that one answer looks at, and that a step of a longer pass does.
TILE = 256
AT_ONCE = 1 << 22
STEP = 1 << 20
# Elements of a slice whose singular values are computed, and of an array that is counted.
SPECTRUM = 1 << 20
COUNTED = 1 << 30

_surveys = {}


def answer(variables, names, path, question, slice=None, more=None):
    """Base64 of JSON. `names`: globals of the frame; `path`: as `describe` called it, else an expression that a person pinned."""
    value = find(variables, names, path)
    kind = library(value)
    if kind is None:
        raise TypeError("%s is no array now" % path)
    note = facts(value, kind).get("note")
    if note:
        raise TypeError(note)
    with undisturbed(kind):
        value = plain(value, kind)
        if question == "statistics":
            return encode(count_all(value, kind, **(more or {})))
        return encode(_questions[question](cut(value, kind, slice), kind, **(more or {})))


def find(variables, names, path):
    if path not in _pinned:
        for name, value, _ in _arrays(variables):
            if name == path:
                return value
        raise NameError("there is no array %s here" % path)
    return numbers_of(eval(path, {**names, **variables}))


def cut(value, kind, slice):
    """The matrix that a slice is; nothing is copied."""
    rows, columns = slice.get("rows"), slice.get("columns")
    chosen = [axis for axis in (rows, columns) if axis is not None]
    if kind == "torch":
        value = value.detach()
    elif kind != "numpy":
        value = sys.modules["numpy"].asarray(value)
    part = value[tuple(_whole if axis in chosen else index for axis, index in enumerate(slice["at"]))]
    if len(chosen) == 2:
        return part if rows < columns else part.T
    return part.reshape(1, -1)


_whole = slice(None)


def tile(matrix, kind, level, row, column):
    """Level n: 2^n × 2^n values are pooled to the one of the largest magnitude; of a large tile one line in `sampled` is read."""
    edge = TILE << level
    part = matrix[row * edge : (row + 1) * edge, column * edge : (column + 1) * edge]
    high, wide = (int(length) for length in part.shape)
    window = down = across = 1 << level
    step = 1
    while step < window and (high // step) * wide > AT_ONCE:
        step *= 2
    part = part[::step]
    down //= step
    while across > 1 and part.shape[0] * part.shape[1] > AT_ONCE:
        part, across = part[:, ::2], across // 2
        step *= 2
    pooled = largest(single(part, kind), kind, down, across)
    rows, columns = -(-high // window), -(-wide // window)
    return {"rows": rows, "columns": columns, "sampled": step, "data": base64_of(pooled, kind)}


def largest(matrix, kind, down, across):
    """[⌈rows / down⌉, ⌈columns / across⌉]: NaN where a window holds one."""
    if down * across == 1:
        return matrix
    rows, columns = (int(length) for length in matrix.shape)
    shape = (-(-rows // down), down, -(-columns // across), across)
    extremes = []
    for sign in (1, -1):
        padded = blank(matrix, kind, (shape[0] * down, shape[2] * across), -math.inf)
        padded[:rows, :columns] = matrix if sign == 1 else -matrix
        padded = padded.reshape(shape)
        extremes.append(padded.amax((1, 3)) if kind == "torch" else padded.max((1, 3)))
    high, low = extremes[0], -extremes[1]
    where = sys.modules["torch"].where if kind == "torch" else sys.modules["numpy"].where
    return where(abs(low) > abs(high), low, high)


def single(part, kind):
    """Float32 where it lives; complex values by magnitude."""
    if kind == "torch":
        part = part.abs() if part.is_complex() else part
        return part.to(sys.modules["torch"].float32)
    numpy = sys.modules["numpy"]
    return (numpy.abs(part) if part.dtype.kind == "c" else part).astype(numpy.float32, copy=False)


def blank(like, kind, shape, value):
    if kind == "torch":
        return like.new_full(shape, value)
    return sys.modules["numpy"].full(shape, value, like.dtype)


def base64_of(array, kind):
    if kind == "torch":
        array = array.cpu().contiguous()
    else:
        array = sys.modules["numpy"].ascontiguousarray(array)
    return base64.b64encode(raw(array, kind)).decode("ascii")


def floats(values):
    return base64.b64encode(struct.pack("<%df" % len(values), *values)).decode("ascii")


def glance(matrix, kind, shares):
    """Magnitudes at these shares of a sample of the finite values."""
    array, every = as_float32(matrix, kind, 1 << 16)
    magnitudes = sorted(abs(value) for value in array.reshape(-1).tolist() if math.isfinite(value))
    last = len(magnitudes) - 1
    found = [magnitudes[int(share * last + 0.5)] if magnitudes else math.nan for share in shares]
    return {"magnitudes": floats(found), "sampled": every}


def survey(matrix, kind, stop):
    """Goes on with one pass over the slice; `stop` names the moment at which the program stands."""
    rows, columns = (int(length) for length in matrix.shape)
    state = _surveys.get(stop)
    if state is None:
        _surveys.clear()
        state = _surveys[stop] = {"row": 0, "rows": [], "columns": None, "low": math.inf, "high": -math.inf, "bad": [0, 0, 0]}
    count = max(1, STEP // max(1, columns))
    part = single(matrix[state["row"] : state["row"] + count], kind)
    squares = part * part
    state["rows"].extend(total(squares, kind, 1).tolist())
    below = total(squares, kind, 0)
    state["columns"] = below if state["columns"] is None else state["columns"] + below
    _, low, high, bad = finite_part(part.reshape(-1), kind)
    state["bad"] = [one + more for one, more in zip(state["bad"], bad)]
    state["low"], state["high"] = min(low, state["low"]), max(high, state["high"])
    state["row"] += count
    if state["row"] < rows:
        return {"done": state["row"] * columns, "total": rows * columns}
    short = rows + columns <= 1 << 15
    finite = state["low"] <= state["high"]
    return {
        "done": rows * columns,
        "total": rows * columns,
        "rowNorms": floats([math.sqrt(norm) for norm in state["rows"]] if short else []),
        "columnNorms": floats([math.sqrt(norm) for norm in state["columns"].tolist()] if short else []),
        "range": floats([state["low"], state["high"]] if finite else [math.nan, math.nan]),
        "bad": state["bad"],
    }


def total(squares, kind, axis):
    """Sums of squares in float64; what holds a NaN is NaN."""
    if kind == "torch":
        return squares.sum(axis, dtype=sys.modules["torch"].float64)
    return squares.sum(axis, dtype="float64")


def troubles(part, kind):
    """How many are NaN, +∞, −∞."""
    module = sys.modules["torch" if kind == "torch" else "numpy"]
    return [int(module.isnan(part).sum()), int((part == math.inf).sum()), int((part == -math.inf).sum())]


def finite_part(part, kind):
    """(finite values, least, largest, troubles) of values in a row."""
    if 0 in tuple(part.shape):
        return part, math.inf, -math.inf, [0, 0, 0]
    # A NaN is both the least and the largest.
    low, high = float(part.min()), float(part.max())
    if math.isfinite(low) and math.isfinite(high):
        return part, low, high, [0, 0, 0]
    bad = troubles(part, kind)
    part = part[sys.modules["torch" if kind == "torch" else "numpy"].isfinite(part)]
    low, high = (float(part.min()), float(part.max())) if 0 not in tuple(part.shape) else (math.inf, -math.inf)
    return part, low, high, bad


def text(matrix, kind, row, column, rows, columns):
    """The values in the digits of their type, row by row."""
    part = matrix[row : row + min(rows, 64), column : column + min(columns, 64)]
    return {"text": [digits(value, str(part.dtype)) for line in part.tolist() for value in line]}


def digits(value, dtype):
    if not isinstance(value, float) or not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), str(value))
    if "64" in dtype:
        return repr(value)
    for count in range(3 if "16" in dtype else 6, 9):
        short = "%.*g" % (count, value)
        if struct.pack("f", float(short)) == struct.pack("f", value):
            return short
    return "%.9g" % value


def line(matrix, kind, start, end, bins):
    """Least and largest value per bin of the first row."""
    values = matrix[0, start:end]
    length = end - start
    count = max(1, min(bins, length, 1 << 14))
    pool = -(-length // count)
    every = max(1, length // (AT_ONCE * 4))
    values = single(values[::every], kind)
    rows = []
    for sign in (1, -1):
        per_bin = -(-int(values.shape[0]) // count)
        padded = blank(values, kind, (per_bin * count,), -math.inf)
        padded[: values.shape[0]] = values * sign
        padded = padded.reshape(count, per_bin)
        rows.append(padded.amax(1) if kind == "torch" else padded.max(1))
    used = -(-int(values.shape[0]) // per_bin)
    return {"low": base64_of(-rows[1][:used], kind), "high": base64_of(rows[0][:used], kind), "pool": pool, "sampled": every}


def spectrum(matrix, kind):
    rows, columns = (int(length) for length in matrix.shape)
    if rows * columns > SPECTRUM:
        raise ValueError("%d × %d is too large to decompose while the program waits; save it first" % (rows, columns))
    part = single(matrix, kind)
    if sum(troubles(part, kind)):
        raise ValueError("it holds NaN or infinite values, which have no singular values")
    if kind == "torch":
        torch = sys.modules["torch"]
        values = torch.linalg.svdvals(part.double()).tolist()
    else:
        values = sys.modules["numpy"].linalg.svd(part.astype("float64"), compute_uv=False).tolist()
    norm = math.sqrt(sum(value * value for value in values))
    return {"values": values, "of": min(rows, columns), "frobenius": norm}


_questions = {"tile": tile, "glance": glance, "survey": survey, "text": text, "line": line, "spectrum": spectrum}
