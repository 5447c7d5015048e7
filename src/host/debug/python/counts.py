"""Figures and histograms over all of an array, a part at a time; the fields and bins of the statistics view."""

import math
import sys

LINEAR = 128
# Half octaves of the magnitude, from 2^-126.
LOWEST, OCTAVES = -252, 508


def count_all(value, kind):
    count = math.prod(int(length) for length in value.shape)
    if count > COUNTED:
        raise ValueError("%d elements are too many to count while the program waits" % count)
    low, high, sums, bad, zeros = math.inf, -math.inf, [0.0, 0.0, 0], [0, 0, 0], 0
    for part in parts(value, kind):
        least, most = extremes(part, kind)
        low, high = min(low, least), max(high, most)
        bad = [one + more for one, more in zip(bad, troubles(part, kind))]
        zeros += int((part == 0).sum())
        sums = merged(sums, part, kind)
    mean = sums[0] if sums[2] else math.nan
    deviation = math.sqrt(sums[1] / sums[2]) if sums[2] else math.nan
    finite = low <= high
    numbers = [count, low if finite else math.nan, high if finite else math.nan, mean, deviation, zeros, *bad]
    found = {"numbers": doubles(numbers)}
    if finite:
        found["histogram"] = histogram(value, kind, low, high)
    return found


def parts(value, kind):
    """Float32, a bounded number of elements at a time, without a copy of the whole."""
    if kind == "torch":
        value = value.detach()
    elif kind != "numpy":
        value = sys.modules["numpy"].asarray(value)
    if math.prod(int(length) for length in value.shape) <= AT_ONCE or not len(value.shape):
        yield single(value, kind).reshape(-1)
        return
    first = int(value.shape[0])
    step = max(1, first * AT_ONCE // math.prod(int(length) for length in value.shape))
    for start in range(0, first, step):
        part = value[start : start + step]
        if step == 1 and len(part.shape) > 1:
            yield from parts(part[0], kind)
        else:
            yield single(part, kind).reshape(-1)


def merged(before, part, kind):
    """[mean, sum of squared deviations, count] of both; Chan, Golub & LeVeque 1983."""
    module = sys.modules["torch" if kind == "torch" else "numpy"]
    rest = part[module.isfinite(part)]
    count = int(rest.shape[0])
    if count == 0:
        return before
    rest = rest.to(module.float64) if kind == "torch" else rest.astype("float64")
    mean = float(rest.mean())
    squares = float(((rest - mean) ** 2).sum())
    whole = before[2] + count
    apart = mean - before[0]
    return [
        before[0] + apart * count / whole,
        before[1] + squares + apart * apart * before[2] * count / whole,
        whole,
    ]


def histogram(value, kind, low, high):
    linear, magnitudes = [0] * LINEAR, {1: {}, -1: {}}
    per_unit = LINEAR / 2 / (high / 2 - low / 2) if high > low else 0.0
    module = sys.modules["torch" if kind == "torch" else "numpy"]
    for part in parts(value, kind):
        rest = part[module.isfinite(part)]
        wide = rest.to(module.float64) if kind == "torch" else rest.astype("float64")
        add(linear, bins(((wide - low) * per_unit).clip(0, LINEAR - 1), kind, LINEAR))
        for sign, bucket in magnitudes.items():
            own = abs(wide[wide * sign > 0])
            places = (2 * module.log2(own) + 1e-9).clip(LOWEST, LOWEST + OCTAVES - 1) - LOWEST
            for place, found in enumerate(bins(places, kind, OCTAVES)):
                if found:
                    bucket[place] = bucket.get(place, 0) + found
    used = sorted({*magnitudes[1], *magnitudes[-1]})
    start, end = (used[0], used[-1] + 1) if used else (0, 0)
    signed = {name: [magnitudes[sign].get(place, 0) for place in range(start, end)] for name, sign in (("negative", -1), ("positive", 1))}
    return {
        "linear": {"low": low, "high": high, "counts": doubles(linear)},
        "first": LOWEST + start,
        "negative": doubles(signed["negative"]),
        "positive": doubles(signed["positive"]),
    }


def bins(places, kind, count):
    if kind == "torch":
        torch = sys.modules["torch"]
        return torch.bincount(places.to(torch.int64), minlength=count).tolist()
    return sys.modules["numpy"].bincount(places.astype("int64"), minlength=count).tolist()


def add(counts, more):
    for place, found in enumerate(more):
        counts[place] += found


def doubles(values):
    return base64.b64encode(struct.pack("<%dd" % len(values), *values)).decode("ascii")
