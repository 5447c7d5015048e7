"""Records attention, gates and memory operations as they happen, with the person's own line.

A ring buffer with a byte budget; what falls out is counted. Recording never raises into the program and
never records itself. Nothing is copied off its device before somebody drains it.
"""

import collections
import functools
import os
import sys
import sysconfig
import threading
import time

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

    def add(self, what, name, arrays, facts=None, extra=None, more_bytes=0):
        """`arrays`: tensors by the names of the trace file. They are copied where they live. `extra` is kept as it is."""
        self.own.busy = True
        try:
            frame = self.users_frame(sys._getframe(1))
            copies = {key: copy(value) for key, value in arrays.items() if value is not None}
            size = sum(value.nbytes for value in copies.values()) + more_bytes
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
            return
        finally:
            self.own.busy = False
        if hit is not None and frame is not None:
            operation["stopped"] = hit["id"]
            self.pause(frame)

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

    def take(self):
        with self.lock:
            taken, self.operations = self.operations, collections.deque()
            dropped, self.dropped, self.bytes = self.dropped, 0, 0
        return list(taken), dropped


def attempt(work, *positional, **named):
    """Our own work between two lines of the program: whatever goes wrong there is not the program's."""
    try:
        work(*positional, **named)
    except Exception:
        return


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
    if hasattr(value, "detach"):
        return value.detach().clone()
    return value.copy() if hasattr(value, "copy") else value


recording = Recording()


def matches(watch, operation):
    """Whether an operation is one that the person wants to stop at; see `events.ts` for the conditions."""
    if watch["what"] != "any" and watch["what"] != operation["what"]:
        return False
    condition = watch.get("condition")
    if condition is None:
        return True
    weighting = operation["arrays"].get("w")
    if condition == "nan":
        return any(has_nan(value) for value in operation["arrays"].values())
    if condition == "energy-rises":
        return operation["facts"].get("rose", False)
    if weighting is None:
        return False
    if condition == "weight":
        return float(weighting[..., watch["slot"]].max()) > watch["above"]
    if condition == "entropy":
        return entropy(weighting) < watch["below"]
    return False


def has_nan(value):
    return bool((value != value).any())


def entropy(weighting):
    """Of the least spread row, in nats."""
    safe = weighting.clip(1e-12) if not hasattr(weighting, "clamp") else weighting.clamp_min(1e-12)
    log = safe.log() if hasattr(safe, "log") else sys.modules["numpy"].log(safe)
    return float((-(safe * log).sum(-1)).min())
