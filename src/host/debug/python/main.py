"""What the debugger's evaluations call: `__mnemo__.frame(locals(), …)`, `.drain(…)`, `.probe(…)`."""

import builtins
import types

recording.pause = pause

_probes = {}


def probe(identity, values):
    """Records values where a line runs, and is false: the condition of a breakpoint that never stops."""
    try:
        arrays = {name: value for name, value in values.items() if library(value)}
        plain = {name: value for name, value in values.items() if type(value) in (int, float, bool, str)}
        _probes[identity] = _probes.get(identity, 0) + 1
        if not recording.quiet():
            recording.add("probe", identity, arrays, {"values": plain})
    except Exception:
        pass
    return ""


def watch(conditions):
    recording.watches = conditions


def hits():
    return encode(_probes)


helper = types.SimpleNamespace(
    version=1,
    frame=quietly(describe),
    answer=quietly(answer),
    drain=quietly(drain),
    read_file=read_file,
    remove_file=remove_file,
    probe=probe,
    hits=hits,
    watch=watch,
)


def remove():
    uninstall()
    if getattr(builtins, "__mnemo__", None) is helper:
        del builtins.__mnemo__


helper.uninstall = remove
install()
builtins.__mnemo__ = helper
