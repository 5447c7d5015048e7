"""The hooks of torch. Every wrapper calls the original with what it was given and returns what that returned.

Where torch traces (compile, export, script, fx) a wrapper is nothing but the original: such regions record nothing.
"""

import functools
import sys
import types
import weakref


def hook_torch(torch):
    if hasattr(torch, "compiler"):
        # What each wrapper calls first, and what that calls.
        hide(torch.compiler.is_compiling, torch.jit.is_scripting)
    functional = torch.nn.functional
    hook = functools.partial(replace_torch, torch)
    hook(functional, "scaled_dot_product_attention", record_sdpa)
    hook(functional, "softmax", record_softmax)
    hook(torch, "softmax", record_softmax)
    hook(torch.Tensor, "softmax", record_softmax)
    for owner in (torch, torch.Tensor):
        for name in ("matmul", "bmm", "__matmul__"):
            if getattr(owner, name, None) is not None:
                hook(owner, name, record_product)
    hook(torch.nn.MultiheadAttention, "forward", record_multihead)
    for kind in ("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"):
        hook(getattr(torch.nn, kind), "forward", record_recurrent)
    backend = getattr(torch.backends, "mha", None)
    if backend is not None and backend.get_fastpath_enabled():
        # The fast path of `eval()` never calls anything that could be recorded.
        backend.set_fastpath_enabled(False)
        _undo.append((_FastPath(backend), "enabled", True))


class _FastPath:
    def __init__(self, backend):
        object.__setattr__(self, "backend", backend)

    def __setattr__(self, name, value):
        self.backend.set_fastpath_enabled(value)


def replace_torch(torch, owner, name, make):
    """`seen_through`, and torch.jit.script takes the wrapper for the builtin that it wraps."""

    def wrap(original):
        wrapper = seen_through(make)(original)
        builtin = _script_builtin(torch, original)
        if builtin is not None:
            torch.jit._builtins._register_builtin(wrapper, builtin)
            _undo.append((_Registered(torch), id(wrapper), None))
        return wrapper

    replace(owner, name, wrap)


class _Registered:
    """Undoes the registration of a wrapper with torch.jit.script."""

    def __init__(self, torch):
        object.__setattr__(self, "torch", torch)

    def forget(self, identity):
        self.torch.jit._builtins._get_builtin_table().pop(identity, None)


def _script_builtin(torch, original):
    try:
        return torch.jit._builtins._find_builtin(original)
    except Exception:
        return None


def hook_compiler(rules):
    """torch.compile knows functions by identity, in a table that it fills by name: it is to find the originals there."""
    replace(rules, "get_torch_obj_rule_map", with_originals)


def with_originals(original):
    @functools.wraps(original)
    def rule_map():
        if original.cache_info().currsize:
            return original()
        swapped = []
        for owner, name, before in _undo:
            now = getattr(owner, name, None) if isinstance(name, str) else None
            if before is not None and hasattr(now, "__mnemoscope__") and "torch" in str(getattr(owner, "__name__", "")):
                swapped.append((owner, name, now))
                setattr(owner, name, before)
        try:
            return original()
        finally:
            for owner, name, now in swapped:
                setattr(owner, name, now)

    rule_map.cache_clear, rule_map.cache_info = original.cache_clear, original.cache_info
    return rule_map


def traced():
    """Inside jit.trace, a transform of torch.func or a graph of TensorFlow nothing has values of its own."""
    torch, tensorflow = sys.modules.get("torch"), sys.modules.get("tensorflow")
    if hasattr(tensorflow, "executing_eagerly") and not tensorflow.executing_eagerly():
        return True
    return hasattr(torch, "jit") and (torch._C._is_tracing() or torch._C._functorch.peek_interpreter_stack() is not None)


def recordable(value):
    """A tensor with values that may be copied: no proxy of a tracer, no stream that records a graph."""
    torch = sys.modules["torch"]
    if library(value) != "torch" or _why_hidden(value, "torch"):
        return False
    return not (value.is_cuda and torch.cuda.is_current_stream_capturing())


def record_sdpa(original):
    def attention(positional, named):
        result = original(*positional, **named)
        if not recording.quiet() and not recording.inside():
            attempt(note_sdpa, *positional, **named)
        return result

    return attention


def note_sdpa(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False, **more):
    if not recordable(query) or traced():
        return
    if torch_is_autocast(query):
        query, key = (one.to(sys.modules["torch"].get_autocast_dtype(query.device.type)) for one in (query, key))
    facts = {"causal": bool(is_causal), "scale": None if scale is None else float(scale)}
    facts["heads"] = int(query.shape[-3]) if query.dim() > 2 else None
    recording.add("attention", "scaled_dot_product_attention", {"q": query, "k": key, "mask": attn_mask}, facts)


def torch_is_autocast(value):
    """Whether the fused attention takes what it is given in another precision, as it says itself only inside."""
    torch = sys.modules["torch"]
    return hasattr(torch, "get_autocast_dtype") and torch.is_autocast_enabled(value.device.type)


def weights_of(operation):
    """[batch, heads, queries, keys] of a recorded attention, computed now where only query and key were kept. Where these are
    queries from the `start`-th on, the facts say so."""
    arrays, start = operation["arrays"], operation["facts"].get("start", 0)
    if "w" in arrays:
        return arrays["w"]
    if "queries" in arrays:
        return weights_by_numpy(operation)
    torch = sys.modules["torch"]
    query, key, mask = arrays["q"], arrays["k"], arrays.get("mask")
    with torch.no_grad(), torch.autocast(query.device.type, enabled=False):
        if key.shape[-3:-2] != query.shape[-3:-2] and key.dim() >= 3 and query.shape[-3] % key.shape[-3] == 0:
            key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
        scale = operation["facts"].get("scale")
        score = query.float() @ key.float().transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
        if operation["facts"].get("causal"):
            allowed = torch.ones(score.shape[-2:], dtype=torch.bool, device=score.device).tril(start)
            score = score.masked_fill(~allowed, float("-inf"))
        if mask is not None:
            score = score.masked_fill(~mask, float("-inf")) if mask.dtype == torch.bool else score + mask
        # A query that may attend to nothing attends to nothing, as in the fused kernels.
        nowhere = (score == float("-inf")).all(-1, keepdim=True)
        return score.softmax(-1).masked_fill(nowhere, 0.0)


def weights_by_numpy(operation):
    """[batch, heads, queries, keys] of a query and key as Keras lays them out, [batch, tokens, heads, width]."""
    numpy = sys.modules["numpy"]
    arrays, start = operation["arrays"], operation["facts"].get("start", 0)
    query, key = (numpy.asarray(arrays[name], "float32").swapaxes(1, 2) for name in ("queries", "keys"))
    score = query @ key.swapaxes(-1, -2) * float(operation["facts"]["scale"])
    if operation["facts"]["causal"]:
        score = numpy.where(numpy.tri(*score.shape[-2:], start, dtype=bool), score, -numpy.inf)
    if "mask" in arrays:
        mask = numpy.asarray(arrays["mask"])
        score = numpy.where(mask.astype(bool) if mask.ndim == 4 else mask.astype(bool)[:, None], score, -numpy.inf)
    score = numpy.exp(score - numpy.maximum(score.max(-1, keepdims=True), -1e30))
    return score / numpy.maximum(score.sum(-1, keepdims=True), 1e-30)


def record_softmax(original):
    def softmax(positional, named):
        result = original(*positional, **named)
        if not recording.quiet() and not recording.inside():
            if type(result) is tensor or attempt(recordable, result):
                # Only a weighting that a matrix product then uses is attention. Weak: nothing is kept alive.
                recording.own.softmax = weakref.ref(result)
        return result

    tensor = sys.modules["torch"].Tensor
    return softmax


def record_product(original):
    def product(positional, named):
        result = original(*positional, **named)
        last = getattr(recording.own, "softmax", None)
        if last is not None and positional and not recording.quiet() and not recording.inside():
            attempt(note_product, last(), positional[0])
        return result

    return product


def note_product(weighting, left):
    if weighting is not None and not is_result(left, weighting):
        return
    recording.own.softmax = None
    if weighting is not None and left.dim() >= 2 and not traced():
        recording.add("attention", "softmax", {"w": left}, {"heads": getattr(recording.own, "heads", None)})


def is_result(left, weighting):
    """A view, a cast of the same size or dropout that does nothing is still the softmax."""
    if left is weighting:
        return True
    if not recordable(left) or left.numel() != weighting.numel() or left.dim() < 2:
        return False
    return left.shape[-1] == weighting.shape[-1] and left.data_ptr() == weighting.data_ptr()


def record_multihead(original):
    def forward(positional, named):
        # Its own softmax or fused attention is what gets recorded; only the number of heads is not told there.
        recording.own.heads = positional[0].num_heads
        try:
            return original(*positional, **named)
        finally:
            recording.own.heads = None

    return forward
