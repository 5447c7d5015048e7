"""Figures and histograms over all of an array, a part at a time; the fields and bins of the statistics view."""

import math
import sys
import time

LINEAR = 128
# Half octaves of the magnitude, from 2^-126.
LOWEST, OCTAVES = -252, 508
# Elements that are counted at once, and work of one answer: the person may want the program to go on.
COUNTED_AT_ONCE = 1 << 20
SECONDS_OF_COUNTING = 0.04

# By moment and array: what was counted so far. The array itself is the program's, and is not held.
_counts = {}


def count_all(value, kind, stop=""):
    """Goes on counting for a bounded time: how far it came, or all of it. `stop` names the moment at which the program stands."""
    count = math.prod(int(length) for length in value.shape)
    if count > COUNTED:
        raise ValueError("%d elements are too many to count while the program waits" % count)
    if stop not in _counts:
        _counts.clear()
        _counts[stop] = Counts(count)
    counts, views = _counts[stop], list(parts(value, kind))
    began, worked = time.perf_counter(), time.thread_time()
    while counts.at < 2 * len(views):
        counts.take(single(views[counts.at % len(views)], kind).reshape(-1), kind, counts.at < len(views))
        if time.thread_time() - worked > SECONDS_OF_COUNTING or time.perf_counter() - began > 2 * SECONDS_OF_COUNTING:
            break
    if counts.at < 2 * len(views):
        return {"done": counts.at, "total": 2 * len(views)}
    _counts.clear()
    return counts.found()


def parts(value, kind):
    """Views of a bounded number of elements each."""
    if kind == "torch":
        value = value.detach()
    elif kind != "numpy":
        value = sys.modules["numpy"].asarray(value)
    if math.prod(int(length) for length in value.shape) <= COUNTED_AT_ONCE or not len(value.shape):
        yield value
        return
    first = int(value.shape[0])
    step = max(1, first * COUNTED_AT_ONCE // math.prod(int(length) for length in value.shape))
    for start in range(0, first, step):
        part = value[start : start + step]
        if step == 1 and len(part.shape) > 1:
            yield from parts(part[0], kind)
        else:
            yield part


class Counts:
    """What two passes come to: the first finds the range, the second fills the bins of it."""

    def __init__(self, count):
        self.at, self.count, self.zeros, self.bad = 0, count, 0, [0, 0, 0]
        self.low, self.high = math.inf, -math.inf
        # Mean, sum of squared deviations, count.
        self.sums = [0.0, 0.0, 0]
        self.linear, self.magnitudes = [0] * LINEAR, {1: {}, -1: {}}

    def take(self, part, kind, is_first):
        rest, low, high, bad = finite_part(part, kind)
        module = sys.modules["torch" if kind == "torch" else "numpy"]
        wide = rest.to(module.float64) if kind == "torch" else rest.astype("float64")
        if is_first:
            self.low, self.high = min(low, self.low), max(high, self.high)
            self.bad = [one + more for one, more in zip(self.bad, bad)]
            self.zeros += int((rest == 0).sum())
            self.merge(wide)
        else:
            self.bin(wide, kind, module)
        self.at += 1

    def merge(self, wide):
        """Chan, Golub & LeVeque 1983."""
        count = int(wide.shape[0])
        if count == 0:
            return
        mean = float(wide.mean())
        apart = wide - mean
        squares = float(apart @ apart)
        before, whole = self.sums, self.sums[2] + count
        shift = mean - before[0]
        self.sums = [
            before[0] + shift * count / whole,
            before[1] + squares + shift * shift * before[2] * count / whole,
            whole,
        ]

    def bin(self, wide, kind, module):
        low, high = self.low, self.high
        per_unit = LINEAR / 2 / (high / 2 - low / 2) if high > low else 0.0
        for place, found in enumerate(bins(((wide - low) * per_unit).clip(0, LINEAR - 1), kind, LINEAR)):
            self.linear[place] += found
        for sign, bucket in self.magnitudes.items():
            if high * sign <= 0 and low * sign <= 0:
                continue
            own = abs(wide[wide * sign > 0])
            places = (2 * module.log2(own) + 1e-9).clip(LOWEST, LOWEST + OCTAVES - 1) - LOWEST
            for place, found in enumerate(bins(places, kind, OCTAVES)):
                if found:
                    bucket[place] = bucket.get(place, 0) + found

    def found(self):
        finite, (mean, squares, count) = self.low <= self.high, self.sums
        low, high = (self.low, self.high) if finite else (math.nan, math.nan)
        average, deviation = (mean, math.sqrt(squares / count)) if count else (math.nan, math.nan)
        answer = {"numbers": doubles([self.count, low, high, average, deviation, self.zeros, *self.bad])}
        return {**answer, "histogram": self.histogram()} if finite else answer

    def histogram(self):
        used = sorted({*self.magnitudes[1], *self.magnitudes[-1]})
        start, end = (used[0], used[-1] + 1) if used else (0, 0)
        signs = {"negative": -1, "positive": 1}
        signed = {name: [self.magnitudes[sign].get(place, 0) for place in range(start, end)] for name, sign in signs.items()}
        return {
            "linear": {"low": self.low, "high": self.high, "counts": doubles(self.linear)},
            "first": LOWEST + start,
            "negative": doubles(signed["negative"]),
            "positive": doubles(signed["positive"]),
        }


def bins(places, kind, count):
    if kind == "torch":
        torch = sys.modules["torch"]
        return torch.bincount(places.to(torch.int64), minlength=count).tolist()
    return sys.modules["numpy"].bincount(places.astype("int64"), minlength=count).tolist()


def doubles(values):
    return base64.b64encode(struct.pack("<%dd" % len(values), *values)).decode("ascii")
