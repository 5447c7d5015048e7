"""Stops the program at the person's own line when an operation is one that they wait for."""

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
