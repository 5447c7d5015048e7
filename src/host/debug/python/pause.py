"""Stops the program at the person's own line when an operation is one that they wait for, and no step anywhere else."""

import sys
import threading


def pause(frame):
    """The debugger's own machinery, entered from inside: the frame on top is the person's. Falls back to its public call."""
    try:
        pydevd = sys.modules.get("pydevd")
        if pydevd is None:
            return
        from _pydevd_bundle.pydevd_comm_constants import CMD_SET_BREAK
        from _pydevd_bundle.pydevd_constants import get_global_debugger

        debugger = get_global_debugger()
        if debugger is None:
            return
        thread = threading.current_thread()
        try:
            # The debugger's own code is not to be taken for the place to stop at, where it also stops in libraries.
            debugger.disable_tracing()
            try:
                debugger.set_suspend(thread, CMD_SET_BREAK)
                debugger.do_wait_suspend(thread, frame, "line", None)
            finally:
                debugger.enable_tracing()
        except (AttributeError, TypeError):
            pydevd.settrace(suspend=True, trace_only_current_thread=True, stop_at_frame=frame)
    except Exception:
        return


def hide(*functions):
    """Of a library: our wrappers call them among the person's lines. Where steps enter libraries, they are not to enter these:
    the debugger's cache says that they are its own."""
    try:
        pydevd = sys.modules["pydevd"]
        from _pydevd_bundle.pydevd_dont_trace_files import PYDEV_FILE
        from pydevd_file_utils import get_abs_path_real_path_and_base_from_file as places_of

        for function in functions:
            code = function.__code__
            key = code.co_firstlineno, places_of(code.co_filename)[0], code
            pydevd._CACHE_FILE_TYPE[key] = PYDEV_FILE
            _undo.append((_Hidden(pydevd._CACHE_FILE_TYPE), key, None))
    except Exception:
        return


class _Hidden:
    """Has the debugger find out again what a function is."""

    def __init__(self, known):
        self.known = known

    def forget(self, key):
        self.known.pop(key, None)
