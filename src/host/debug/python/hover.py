"""What the debugger's hover shows of an array: a line with its shape and range, and underneath what it was computed from."""


class Shown:
    def __init__(self, line, told, value):
        vars(self).update(told)
        self.value = value
        self._line = line

    def __repr__(self):
        return self._line


def hover(value):
    """The value itself where it is no array that can be read."""
    kind = library(value)
    if kind is None:
        return value
    told = facts(value, kind)
    parts = ["%s [%s]" % (told["dtype"], ", ".join(map(str, told["shape"])))]
    if "note" in told:
        return Shown(" \u00b7 ".join([*parts, told["note"]]), told, value)
    with undisturbed(kind):
        array, every = to_measure(value, kind)
        measured = statistics(array, kind)
    if "min" in measured:
        parts.append("%.4g \u2026 %.4g, mean %.4g" % (measured["min"], measured["max"], measured["mean"]))
    parts += ["%d %s" % (measured[name], word) for name, word in (("nan", "NaN"), ("inf", "Inf")) if measured[name]]
    if every > 1:
        parts.append("1 in %d values" % every)
    return Shown(" \u00b7 ".join(parts), {**told, **measured}, value)
