"""What is known about one array of the program, without running anything of the person's.

Types are looked up by class, never through properties that a class could have overridden. Everything here
is bounded: a large array is read as a strided sample, reduced where it lives, and said to be sampled.
"""

import base64
import contextlib
import math
import sys

# Elements of an array that are looked at one and all; of a larger one, a strided sample.
WHOLE_UP_TO = 1 << 20
SAMPLE = 1 << 16
# Cells along an edge of a thumbnail.
EDGE = 24
NOT_YET = "not initialised yet"

# What a class is, whatever its metaclass answers.
_module, _name = (type.__dict__[word].__get__ for word in ("__module__", "__name__"))


def module_of(kind):
    module = _module(kind)
    return module if type(module) is str else ""


def library(value):
    """'torch', 'numpy', 'tensorflow', 'jax' when `value` is an array of that library, else None."""
    kind = type(value)
    torch = sys.modules.get("torch")
    if torch is not None and issubclass(kind, getattr(torch, "Tensor", ())):
        return "torch"
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, getattr(numpy, "ndarray", ())):
        return "numpy"
    module, name = module_of(kind), _name(kind)
    if module.startswith(("jaxlib.", "jax.")) and (name == "ArrayImpl" or is_tracer(kind)):
        return "jax"
    if module.startswith("tensorflow.") and name in ("EagerTensor", "ResourceVariable", "SymbolicTensor"):
        return "tensorflow"
    if module.startswith("keras.") and name in ("KerasTensor", "Variable"):
        return "tensorflow"
    return None


def is_tracer(kind):
    return any(base.__name__ == "Tracer" and base.__module__.startswith("jax.") for base in kind.__mro__)


def undisturbed(kind):
    """While this is entered, neither a subclass of torch's tensor nor a mode of torch sees what is done to a tensor."""
    if kind != "torch":
        return contextlib.nullcontext()
    torch = sys.modules.get("torch")
    if not hasattr(torch, "_C"):
        return contextlib.nullcontext()
    if torch._C._len_torch_dispatch_stack() == 0:
        return torch._C.DisableTorchFunction()
    return without_modes(torch)


@contextlib.contextmanager
def without_modes(torch):
    with torch._C.DisableTorchFunction(), torch.utils._python_dispatch._disable_current_modes():
        yield


def plain(value, kind):
    """The same values without what a subclass makes of them; to be called undisturbed."""
    if kind == "numpy":
        numpy = sys.modules["numpy"]
        return value if type(value) is numpy.ndarray else numpy.ndarray.view(value, numpy.ndarray)
    if kind != "torch":
        return value
    tensor = sys.modules["torch"].Tensor
    return value if type(value) is tensor else tensor.as_subclass(value, tensor)


def shape_of(value):
    return [int(length) if isinstance(length, int) else None for length in tuple(value.shape)]


def facts(value, kind):
    """Name of the element type, shape, place, and why there are no values where there are none."""
    with undisturbed(kind):
        return _facts(value, kind)


def _facts(value, kind):
    note = _why_hidden(value, kind)
    if not note:
        value = plain(value, kind)
        note = _why_unreadable(value, kind)
    dtype = str(value.dtype).replace("torch.", "").replace("<dtype: '", "").replace("'>", "")
    shape = [] if note in (NOT_YET, "nested") else shape_of(value)
    found = {"library": kind, "dtype": dtype, "shape": shape, "device": "cpu"}
    if kind == "torch":
        found["device"] = str(value.device)
        if value.requires_grad:
            found["grad"] = True
    elif kind in ("jax", "tensorflow") and not note:
        # TensorFlow's begin with a job and a task.
        found["device"] = str(getattr(value, "device", "") or "cpu").split("/device:")[-1]
    if note:
        found["note"] = note
    return found


def why_not(value, kind):
    """Why an array has no values that can be read, in words; None where it has."""
    with undisturbed(kind):
        return _why_hidden(value, kind) or _why_unreadable(plain(value, kind), kind)


def _why_hidden(value, kind):
    """What the type says: nothing may be asked of such an array."""
    name = _name(type(value))
    if kind == "torch":
        torch = sys.modules["torch"]
        if name in ("FakeTensor", "FunctionalTensor"):
            return "a tensor of a tracer has no values"
        if name == "DTensor":
            return "spread over devices"
        if type(value).__torch_dispatch__ is not torch._C._disabled_torch_dispatch_impl:
            return "a %s makes its values itself" % name
        if torch._C._functorch.is_functorch_wrapped_tensor(value):
            return "inside a transform of torch.func"
        if name in ("UninitializedParameter", "UninitializedBuffer"):
            return NOT_YET
    if kind == "tensorflow" and name in ("SymbolicTensor", "KerasTensor"):
        return "a symbolic tensor has no values"
    return _why_hidden_jax(value) if kind == "jax" else None


def _why_unreadable(value, kind):
    if kind == "torch":
        torch = sys.modules["torch"]
        if value.is_nested:
            return "nested"
        if value.device.type == "meta":
            return "a meta tensor has no values"
        if value.layout is not torch.strided:
            return "%s layout" % str(value.layout).replace("torch.", "")
        if value.is_quantized:
            return "quantised values"
        if is_freed(value):
            return "its storage was freed"
    if kind == "numpy" and (value.dtype.kind in "OUSVMm"):
        return "no numbers"
    if kind == "tensorflow" and getattr(value.dtype, "name", value.dtype) in ("string", "variant", "resource"):
        return "no numbers"
    return None


def is_freed(value):
    """As sharded training leaves parameters between two uses; reading one ends the process."""
    if value.numel() == 0:
        return False
    last = value.storage_offset() + sum((length - 1) * step for length, step in zip(value.shape, value.stride()))
    return value.untyped_storage().nbytes() < (last + 1) * value.element_size()


def _why_hidden_jax(value):
    if is_tracer(type(value)):
        return "a symbolic tensor has no values"
    if value.is_deleted():
        return "its buffer was given away"
    if not value.is_fully_addressable:
        return "spread over several processes"
    # Reading it would wait for the device.
    return None if value.is_ready() else "still being computed"


def as_float32(value, kind, limit=None):
    """(float32 array on the CPU, edge of the sampling step or 1). Complex values are shown by magnitude."""
    with undisturbed(kind):
        return _as_floats(value, kind, limit, "float32")


def to_measure(value, kind):
    """The same in float64 where the array's own numbers need it."""
    with undisturbed(kind):
        wide = any(word in str(plain(value, kind).dtype) for word in ("64", "128", "int32"))
        return _as_floats(value, kind, None, "float64" if wide else "float32")


def _as_floats(value, kind, limit, dtype):
    value = plain(value, kind)
    shape = tuple(int(length) for length in value.shape)
    if limit is None:
        limit = WHOLE_UP_TO if math.prod(shape) <= WHOLE_UP_TO else SAMPLE
    steps = _steps(shape, limit)
    part = value[tuple(slice(None, None, step) for step in steps)] if shape else value
    every = 1
    for step in steps:
        every *= step
    if kind == "torch":
        torch = sys.modules["torch"]
        with torch.no_grad():
            part = part.detach()
            if part.is_complex():
                part = part.abs()
            part = part.to(device="cpu", dtype=getattr(torch, dtype))
            if part.is_conj() or part.is_neg():
                part = part.resolve_conj().resolve_neg()
            return part.contiguous(), every
    numpy = sys.modules.get("numpy")
    if numpy is None:
        raise TypeError("numpy is not loaded")
    part = numpy.asarray(part)
    if part.dtype.kind == "c":
        part = numpy.abs(part)
    # An array without dimensions stays one.
    return numpy.ascontiguousarray(part, dtype=dtype).reshape(part.shape), every


def _steps(shape, limit):
    """A step per dimension, so that at most `limit` elements are left."""
    lengths, steps = list(shape), [1] * len(shape)
    while lengths and math.prod(lengths) > limit:
        widest = max(range(len(lengths)), key=lengths.__getitem__)
        steps[widest] *= 2
        lengths[widest] = -(-shape[widest] // steps[widest])
    return steps


def statistics(array, kind):
    """Least, largest and mean of the finite values; how many are NaN and infinite."""
    if kind == "torch":
        torch = sys.modules["torch"]
        finite = torch.isfinite(array)
        bad = array.numel() - int(finite.sum())
        nan = int(torch.isnan(array).sum()) if bad else 0
        rest = array[finite] if bad else array
        if rest.numel() == 0:
            return {"nan": nan, "inf": bad - nan}
        low, high = torch.aminmax(rest)
        low, high, mean = float(low), float(high), float(rest.mean(dtype=torch.float64))
    else:
        numpy = sys.modules["numpy"]
        finite = numpy.isfinite(array)
        bad = int(array.size - finite.sum())
        nan = int(numpy.isnan(array).sum()) if bad else 0
        rest = array[finite] if bad else array
        if rest.size == 0:
            return {"nan": nan, "inf": bad - nan}
        low, high, mean = float(rest.min()), float(rest.max()), float(rest.mean(dtype=numpy.float64))
    return {"min": low, "max": high, "mean": mean, "nan": nan, "inf": bad - nan}


def thumbnail(array, kind, low, high):
    """The last two dimensions of the first item as bytes 0…255 between `low` and `high`, largest magnitude of each window."""
    while len(array.shape) > 2:
        array = array[0]
    if 0 in tuple(array.shape) or len(array.shape) == 0:
        return None
    if len(array.shape) == 1:
        array = array[None, :]
    pooled = pool(array, kind, EDGE)
    span = (high - low) or 1.0
    data = bytes(max(0, min(255, int(255 * (value - low) / span))) for row in pooled.tolist() for value in row)
    return {"shape": [int(length) for length in pooled.shape], "data": base64.b64encode(data).decode("ascii")}


def pool(matrix, kind, edge):
    """At most `edge` × `edge` cells, as `pool_windows` gives them."""
    return pool_windows(matrix, kind, *(-(-int(length) // edge) for length in matrix.shape))


def pool_windows(matrix, kind, down, across):
    """Each cell is the value of largest magnitude in its window; NaN and infinities are clamped."""
    if kind == "torch":
        torch = sys.modules["torch"]
        matrix = torch.nan_to_num(matrix)[None, None]
        if down * across == 1:
            return matrix[0, 0]
        pooling = torch.nn.functional.max_pool2d
        high = pooling(matrix, (down, across), ceil_mode=True)
        low = -pooling(-matrix, (down, across), ceil_mode=True)
        return torch.where(low.abs() > high.abs(), low, high)[0, 0]
    numpy = sys.modules["numpy"]
    matrix = numpy.nan_to_num(matrix)
    high = low = matrix
    for axis, window in enumerate((down, across)):
        starts = numpy.arange(0, matrix.shape[axis], window)
        high = numpy.maximum.reduceat(high, starts, axis=axis)
        low = numpy.minimum.reduceat(low, starts, axis=axis)
    return numpy.where(numpy.abs(low) > numpy.abs(high), low, high)


def raw(array, kind):
    """The bytes of a contiguous float32 array on the CPU."""
    if kind == "torch":
        import ctypes

        return ctypes.string_at(array.data_ptr(), array.numel() * 4) if array.numel() else b""
    return array.tobytes()
