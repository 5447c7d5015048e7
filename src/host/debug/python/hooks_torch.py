"""The hooks of torch. Every wrapper calls the original with what it was given and returns what that returned."""

import functools
import sys
import weakref


def hook_torch(torch):
    functional = torch.nn.functional
    replace(functional, "scaled_dot_product_attention", record_sdpa)
    replace(functional, "softmax", record_softmax)
    replace(torch, "softmax", record_softmax)
    replace(torch.Tensor, "softmax", record_softmax)
    for owner in (torch, torch.Tensor):
        for name in ("matmul", "bmm", "__matmul__"):
            if getattr(owner, name, None) is not None:
                replace(owner, name, record_product)
    replace(torch.nn.MultiheadAttention, "forward", record_multihead)
    for kind in ("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"):
        replace(getattr(torch.nn, kind), "forward", record_recurrent)
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


def traced():
    """Inside torch.compile, jit or fx nothing has values; such regions record nothing."""
    torch = sys.modules["torch"]
    compiler = getattr(torch, "compiler", None)
    if compiler is not None and compiler.is_compiling():
        return True
    return torch.jit.is_tracing() or torch.jit.is_scripting()


def record_sdpa(original):
    @functools.wraps(original)
    def attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False, **more):
        words = dict(attn_mask=attn_mask, dropout_p=dropout_p, is_causal=is_causal, **more)
        if scale is not None:
            words["scale"] = scale
        if enable_gqa:
            words["enable_gqa"] = True
        result = original(query, key, value, **words)
        if not recording.quiet() and not traced():
            facts = {"causal": bool(is_causal), "scale": scale, "heads": query.shape[-3] if query.dim() > 2 else None}
            recording.add("attention", "scaled_dot_product_attention", {"q": query, "k": key, "mask": attn_mask}, facts)
        return result

    return attention


def weights_of(operation):
    """[batch, heads, queries, keys] of a recorded attention, computed now where only query and key were kept."""
    arrays = operation["arrays"]
    if "w" in arrays:
        return arrays["w"]
    torch = sys.modules["torch"]
    query, key, mask = arrays["q"], arrays["k"], arrays.get("mask")
    with torch.no_grad():
        if key.shape[-3:-2] != query.shape[-3:-2] and key.dim() >= 3 and query.shape[-3] % key.shape[-3] == 0:
            key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
        scale = operation["facts"].get("scale") or query.shape[-1] ** -0.5
        score = query.float() @ key.float().transpose(-2, -1) * scale
        if operation["facts"].get("causal"):
            allowed = torch.ones(score.shape[-2:], dtype=torch.bool, device=score.device).tril()
            score = score.masked_fill(~allowed, float("-inf"))
        if mask is not None:
            score = score.masked_fill(~mask, float("-inf")) if mask.dtype == torch.bool else score + mask
        return score.softmax(-1)


def record_softmax(original):
    @functools.wraps(original)
    def softmax(*positional, **named):
        result = original(*positional, **named)
        if not recording.quiet():
            # Only a weighting that a matrix product then uses is attention. Weak: nothing is kept alive.
            recording.own.softmax = weakref.ref(result)
        return result

    return softmax


def record_product(original):
    @functools.wraps(original)
    def product(left, *more, **named):
        result = original(left, *more, **named)
        last = getattr(recording.own, "softmax", None)
        if last is not None and not recording.quiet() and not traced():
            weighting = last()
            if weighting is None or is_result(left, weighting):
                recording.own.softmax = None
                if weighting is not None and left.dim() >= 2:
                    recording.add("attention", "softmax", {"w": left}, {"heads": getattr(recording.own, "heads", None)})
        return result

    return product


def is_result(left, weighting):
    """A view, a cast of the same size or dropout that does nothing is still the softmax."""
    torch = sys.modules["torch"]
    if left is weighting:
        return True
    if not isinstance(left, torch.Tensor) or left.numel() != weighting.numel() or left.dim() < 2:
        return False
    return left.shape[-1] == weighting.shape[-1] and left.data_ptr() == weighting.data_ptr()


def record_multihead(original):
    @functools.wraps(original)
    def forward(self, *positional, **named):
        # Its own softmax or fused attention is what gets recorded; only the number of heads is not told there.
        recording.own.heads = self.num_heads
        try:
            return original(self, *positional, **named)
        finally:
            recording.own.heads = None

    return forward


def record_recurrent(original):
    @functools.wraps(original)
    def forward(self, *positional, **named):
        result = original(self, *positional, **named)
        if not recording.quiet() and not traced():
            outputs = [item for item in flat(result) if library(item)]
            names = ("output", "h", "c") if not type(self).__name__.endswith("Cell") else ("h", "c")
            recording.add("gates", type(self).__name__, dict(zip(names, outputs)))
        return result

    return forward
