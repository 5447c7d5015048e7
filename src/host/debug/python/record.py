"""Records attention, gates and memory operations as they happen, with the person's own line.

A ring buffer with a byte budget; what falls out is counted. Recording never raises into the program and
never records itself. Nothing is copied off its device before somebody drains it.
"""

import collections
import functools
import math
import os
import sys
import sysconfig
import threading
import time
import weakref

# Bytes of copies that are kept, and operations.
BUDGET = 256 << 20
OPERATIONS = 20000

_libraries = tuple(
    {os.path.realpath(sysconfig.get_paths()[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)


class Recording:
    """What happened since the last drain, oldest first."""

    def __init__(self):
        self.operations = collections.deque()
        self.bytes = 0
        self.count = 0
        self.dropped = 0
        self.lock = threading.Lock()
        self.own = threading.local()
        self.on = True
        self.watches = []
        self._is_own_code = {}

    def quiet(self):
        """True while this thread is inside our own code: what that does is not recorded."""
        return not self.on or getattr(self.own, "busy", False)

    def inside(self):
        """True inside a read, write or address of a memory: its own softmax and product are no attention."""
        return getattr(self.own, "memory", 0) > 0

    def add(self, what, name, arrays, facts=None, extra=None, more_bytes=0, pauses=True, before=None):
        """`arrays`: tensors by the names of the trace file. They are copied where they live. `extra` is kept as it is, and
        so is `before`, a copy already. True where somebody waits for this operation; the program is stopped then, if `pauses`."""
        self.own.busy = True
        try:
            frame = self.users_frame(sys._getframe(1))
            copies, size = {} if before is None else {"before": before}, more_bytes
            for key, value in arrays.items():
                if value is not None:
                    # A memory is looked at more often than it is written to.
                    copies[key], is_fresh = snapshot(value) if key == "memory" else (copy(value), True)
                    size += bytes_of(copies[key]) if is_fresh else 0
            operation = {
                "id": self.count,
                "what": what,
                "name": name,
                "file": frame.f_code.co_filename if frame else "",
                "line": frame.f_lineno if frame else 0,
                "function": frame.f_code.co_name if frame else "",
                "thread": threading.get_ident(),
                "time": time.time(),
                "facts": facts or {},
                "arrays": copies,
                "extra": extra,
                "bytes": size,
            }
            with self.lock:
                self.count += 1
                self.operations.append(operation)
                self.bytes += size
                while self.operations and (self.bytes > BUDGET or len(self.operations) > OPERATIONS):
                    self.bytes -= self.operations.popleft()["bytes"]
                    self.dropped += 1
            hit = next((watch for watch in self.watches if matches(watch, operation)), None) if self.watches else None
        except Exception:
            return False
        finally:
            self.own.busy = False
        if hit is None or frame is None:
            return False
        operation["stopped"] = hit["id"]
        if pauses:
            self.own.waiting = frame
        return True

    def pause(self, frame):
        """Replaced by the debugger's part."""

    def users_frame(self, frame):
        """The nearest frame of the person's own code, or None."""
        while frame is not None:
            code = frame.f_code
            own = self._is_own_code.get(code)
            if own is None:
                own = self._is_own_code[code] = is_own(code.co_filename)
            if own:
                return frame
            frame = frame.f_back
        return None

    def take_first(self):
        """The oldest operation, or None."""
        with self.lock:
            if not self.operations:
                return None
            operation = self.operations.popleft()
            self.bytes -= operation["bytes"]
            return operation

    def take_dropped(self):
        with self.lock:
            dropped, self.dropped = self.dropped, 0
            return dropped

    def clear(self):
        with self.lock:
            self.operations.clear()
            self.bytes = self.dropped = 0


def attempt(work, *positional, **named):
    """Our own work between two lines of the program: whatever goes wrong there is not the program's, and no step lands in it.
    The program is stopped after it where somebody waits for what it recorded."""
    # The debugger's own: of a thread where its `is_tracing` is not 0 it sees no line.
    debugged = getattr(threading.current_thread(), "additional_info", None)
    try:
        if debugged is not None:
            debugged.is_tracing += 1
        with undisturbed("torch"):
            result = work(*positional, **named)
    except Exception:
        result = None
    finally:
        if debugged is not None:
            debugged.is_tracing -= 1
    frame = getattr(recording.own, "waiting", None)
    if frame is not None:
        recording.own.waiting = None
        recording.pause(frame)
    return result


def quietly(work):
    """What the debugger asks for runs on a thread of the program; it is no operation of the program."""

    @functools.wraps(work)
    def answer(*positional, **named):
        before = getattr(recording.own, "busy", False)
        recording.own.busy = True
        try:
            return work(*positional, **named)
        finally:
            recording.own.busy = before

    return answer


def is_own(file):
    if file.startswith("<") and not file.startswith("<ipython"):
        return False
    path = os.path.realpath(file)
    if os.sep + "site-packages" + os.sep in path or os.sep + "debugpy" + os.sep in path:
        return False
    return not any(path.startswith(folder + os.sep) for folder in _libraries)


def copy(value):
    """Of what the program may write to; arrays of JAX and TensorFlow never change, but TensorFlow's variables do."""
    if library(value) == "torch":
        return plain(value, "torch").detach().clone()
    if hasattr(value, "read_value"):
        return value.read_value()
    return value.copy() if type(value).__module__ == "numpy" else value


def bytes_of(value):
    size = getattr(value, "nbytes", None)
    if size is None:
        size = getattr(value.dtype, "size", 4) * math.prod(int(length) for length in value.shape)
    return int(size)


def snapshot(value):
    """(copy, whether it was made now): one copy as long as the array is not written to, where that can be told."""
    if not hasattr(value, "detach"):
        return copy(value), True
    try:
        version = value._version
    except Exception:  # Made in inference mode: nothing counts its changes.
        return copy(value), True
    kept = _snapshots.get(id(value))
    if kept is not None and kept[0]() is value and kept[1] == version:
        return kept[2], False
    made = copy(value)
    identity = id(value)
    _snapshots[identity] = (weakref.ref(value, lambda _: _snapshots.pop(identity, None)), version, made)
    while len(_snapshots) > 512:
        _snapshots.pop(next(iter(_snapshots)), None)
    return made, True


_snapshots = {}
recording = Recording()


def matches(watch, operation):
    """Whether an operation is one that the person wants to stop at; `core/trace/watches.ts` has the conditions in words."""
    what = operation["what"]
    if watch["what"] != "any" and watch["what"] != what:
        return False
    condition = watch.get("condition")
    if condition is None:
        # Numbers and gates are no accesses: only who asks for them waits for them.
        return watch["what"] == what or what in ("read", "write", "address", "attention")
    if condition == "nan":
        return any(has_nan(value) for value in operation["arrays"].values())
    if condition == "energy-rises":
        return operation["facts"].get("rose", False)
    if what == "attention":
        weighting = weights_of(operation)
    else:
        weighting = operation["arrays"].get("w")
    if weighting is None:
        return False
    if not hasattr(weighting, "detach"):
        weighting = sys.modules["numpy"].asarray(weighting)
    if condition == "weight":
        return watch["slot"] < weighting.shape[-1] and float(weighting[..., watch["slot"]].max()) > watch["above"]
    if condition == "entropy":
        return entropy(weighting) < watch["below"]
    return False


def has_nan(value):
    if not hasattr(value, "detach"):
        value = sys.modules["numpy"].asarray(value)
    return bool((value != value).any())


def entropy(weighting):
    """Of the least spread row, in nats."""
    if hasattr(weighting, "clamp_min"):
        safe = weighting.double().clamp_min(1e-12)
        return float((-(safe * safe.log()).sum(-1)).min())
    safe = weighting.astype("float64").clip(1e-12)
    return float((-(safe * sys.modules["numpy"].log(safe)).sum(-1)).min())
