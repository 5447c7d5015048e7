"""Takes everything out again when the debugger lets go of a program that goes on, or that ends."""

import atexit
import gc
import os
import shutil
import threading


class Listener:
    """Told by the debugger of each message that it gets and sends; see `pydevd.add_dap_messages_listener`."""

    def __init__(self):
        self.asked, self.answered = set(), threading.Condition()

    def before_send(self, message):
        if message.get("type") == "response":
            with self.answered:
                self.asked.discard(message.get("request_seq"))
                self.answered.notify_all()

    def after_receive(self, message):
        if message.get("command") == "disconnect":
            # An answer that comes after its debugger has left ends debugpy's adapter, and nobody could attach again.
            with self.answered:
                self.answered.wait_for(lambda: not self.asked, SECONDS_TO_ANSWER)
            helper.uninstall()
        elif message.get("type") == "request":
            with self.answered:
                self.asked.add(message.get("seq"))


# Seconds that a debugger which leaves waits for what it asked before.
SECONDS_TO_ANSWER = 2.0
# Work for which a program that ends is held up at most.
SECONDS_AT_END = 1.0
BYTES_AT_END = 64 << 20

listener = Listener()
# What was recorded last, for the debugger to take.
_last = []


def debugger():
    try:
        from _pydevd_bundle.pydevd_constants import get_global_debugger

        return get_global_debugger()
    except ImportError:
        return None


def watch_debugger():
    """A message tells of a detach; a connection that is lost ends in the debugger's own clean-up."""
    atexit.register(at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=after_fork)
    running = debugger()
    if hasattr(running, "add_dap_messages_listener"):
        running.add_dap_messages_listener(listener)
    if hasattr(running, "dispose_and_kill_all_pydevd_threads"):
        own = running.dispose_and_kill_all_pydevd_threads

        def dispose(*positional, **named):
            # Either side may be the one that goes first.
            (helper.uninstall if threading.main_thread().is_alive() else at_exit)()
            return own(*positional, **named)

        running.dispose_and_kill_all_pydevd_threads = dispose


def after_fork():
    """What was recorded is the parent's, and so are its files and its debugger: a child is silent until it has a helper of its own."""
    listener.__init__()
    recording.lock = threading.Lock()
    recording.on = False
    forget_all()
    _files.clear()
    _last.clear()
    hand_over_in("", "")


def forget_all():
    recording.clear()
    for kept in (_snapshots, _last_seen, _surveys, _probes, _energies, _kept, _begun, _dictionaries):
        kept.clear()


def at_exit():
    """What the program did after its last stop is left for the debugger, where it shares the file system."""
    try:
        if shared_folder() and is_more() and not _last:
            operations, dropped, data = quietly(next_part)(SECONDS_AT_END, BYTES_AT_END, OPERATIONS)
            if not operations:
                return
            # There is no time for more.
            dropped += len(recording.operations)
            _last.append(os.path.join(shared_folder(), "last-%d" % dropped))
            with open(_last[0], "xb") as file:
                file.write(data)
    except Exception:
        return
    finally:
        remove_files()


def remove_files():
    for path in list(_files):
        remove_file(path)


def leave():
    """Every hook, name and copy of ours goes; the program keeps running what it ran before."""
    pairs = list(_wrappers)
    uninstall()
    forget(pairs)
    forget_all()
    remove_files()
    atexit.unregister(at_exit)
    running = debugger()
    if running is not None:
        listeners = getattr(running, "dap_messages_listeners", [])
        if listener in listeners:
            listeners.remove(listener)
        vars(running).pop("dispose_and_kill_all_pydevd_threads", None)
    if shared_folder() and not _last:
        shutil.rmtree(shared_folder(), ignore_errors=True)


def forget(pairs):
    """Names that the program has given to a wrapper meanwhile, as `from torch import matmul` does, get the original."""
    originals = {id(wrapper): original for wrapper, original in pairs}
    for holder in gc.get_referrers(*(wrapper for wrapper, _ in pairs)) if pairs else []:
        try:
            own = holder if type(holder) is dict else object.__getattribute__(holder, "__dict__")
        except Exception:
            continue
        if type(own) is not dict:
            continue
        for key, value in list(own.items()):
            if id(value) in originals:
                own[key] = originals[id(value)]
