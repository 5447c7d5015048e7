"""What is recorded, and how it is found in code that knows nothing of us.

Attention: `scaled_dot_product_attention` (query, key and mask are kept, its weights computed when somebody looks),
`nn.MultiheadAttention`, and a softmax over the last dimension whose result meets a matrix product.
Gates: `nn.LSTM`, `nn.GRU`, `nn.RNN` and their cells, and those of Keras. Memory: methods read, write and address of objects
that own a memory.
Energy: methods of that name, and probes of expressions of that name.
"""

import builtins
import functools
import importlib.abc
import importlib.util
import itertools
import math
import re
import sys
import types

_undo = []
# (wrapper, original) of all that was replaced.
_wrappers = []
_memory_names = {"memory", "mem", "M", "slots", "bank", "memory_matrix", "memory_bank", "content", "contents"}
_memory_names |= {"_" + name for name in _memory_names}
_operations = {
    "read": re.compile(r"^_?(read|read_memory|read_from|recall|retrieve|reading)$"),
    "write": re.compile(r"^_?(write|write_memory|write_to|update_memory|store|erase_and_add)$"),
    "address": re.compile(r"^_?(address|address_memory|addressing|content_address|get_weights)$"),
    "energy": re.compile(r"^_?(energy|compute_energy|get_energy|hopfield_energy)$"),
}
# As a person names it in a probe: `E`, `self.energy`, `energy(W, state)`.
_energy_expression = re.compile(r"^([\w.]+\.)?(E|_?(\w+_)?energy)(\(.*\))?$")
_energies = {}


def replace(owner, name, make):
    """Puts `make(original)` in the place of an attribute; `uninstall` puts the original back."""
    original = getattr(owner, name, None)
    if original is None or hasattr(original, "__mnemoscope__"):
        return
    inherited = isinstance(owner, type) and name not in owner.__dict__
    wrapper = make(original)
    wrapper.__mnemoscope__ = True
    setattr(owner, name, wrapper)
    _undo.append((owner, name, None if inherited else original))
    _wrappers.append((wrapper, original))


def uninstall():
    recording.on = False
    while _undo:
        owner, name, original = _undo.pop()
        if hasattr(owner, "forget"):
            owner.forget(name)
        elif original is None:
            delattr(owner, name)
        else:
            setattr(owner, name, original)
    _wrappers.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, AfterImport)]


class AfterImport(importlib.abc.MetaPathFinder):
    """Waits for a library that the program has not imported yet."""

    def __init__(self, hooks):
        self.hooks = hooks
        self.inside = False

    def find_spec(self, name, path, target=None):
        hook = self.hooks.get(name)
        if hook is None or self.inside:
            return None
        self.inside = True
        try:
            spec = importlib.util.find_spec(name)
        except Exception:
            return None
        finally:
            self.inside = False
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return None
        loader, run = spec.loader, spec.loader.exec_module

        def exec_module(module):
            run(module)
            del self.hooks[name]
            hook(module)

        try:
            loader.exec_module = exec_module
        except AttributeError:
            return None
        return spec


def install():
    """Hooks what is imported, waits for what is not, and looks at every class that the program makes."""
    waiting = {}
    hooks = {"torch": hook_torch, "torch._dynamo.trace_rules": hook_compiler, "keras": hook_keras}
    for name, hook in hooks.items():
        if name in sys.modules:
            hook(sys.modules[name])
        else:
            waiting[name] = hook
    if waiting:
        sys.meta_path.insert(0, AfterImport(waiting))
    replace(builtins, "__build_class__", watch_classes)
    # Attached late: classes are there already, and names that the program's modules gave to what is replaced now.
    for kind in subclasses(object, {}):
        attempt(hook_memory, kind)
    wrappers = {id(original): wrapper for wrapper, original in _wrappers}
    for module in list(sys.modules.values()):
        if not is_own_module(module):
            continue
        for name, value in list(vars(module).items()):
            if id(value) in wrappers:
                vars(module)[name] = wrappers[id(value)]


def subclasses(kind, seen):
    for child in type.__subclasses__(kind):
        if id(child) not in seen:
            # Whatever its metaclass says of its identity.
            seen[id(child)] = child
            yield child
            yield from subclasses(child, seen)


def watch_classes(build):
    @functools.wraps(build)
    def build_class(body, name, *bases, **words):
        made = build(body, name, *bases, **words)
        if issubclass(type(made), type):
            attempt(hook_memory, made)
        return made

    return build_class


def is_own_module(module):
    """Written by the person, or typed by them; a notebook has no file."""
    if type(module) is not types.ModuleType:
        return False
    file = vars(module).get("__file__")
    return is_own(file) if isinstance(file, str) else vars(module).get("__name__") == "__main__"


def hook_memory(kind):
    """Wraps read, write and address of a class of the person's own; whether an object owns a memory is seen at the call."""
    if not is_own_module(sys.modules.get(module_of(kind))):
        return
    for what, pattern in _operations.items():
        for name, member in list(_namespace(kind).items()):
            if type(member) is types.FunctionType and type(name) is str and pattern.match(name):
                make = energy_method if what == "energy" else functools.partial(memory_method, what)
                replace(kind, name, seen_through(functools.partial(make, _name(kind))))


def seen_through(make):
    """`make(original)` gives what to do with the arguments of a call; the wrapper is such that torch's tracers see through it."""
    torch = sys.modules.get("torch")
    compiling = torch.compiler.is_compiling if torch is not None and hasattr(torch, "compiler") else not_compiling

    def wrap(original):
        after = make(original)

        def wrapper(*positional, **named):
            # First and bare: a tracer of torch takes this for a constant and inlines the original.
            if compiling():
                return original(*positional, **named)
            return after(positional, named)

        if type(original) is types.FunctionType:
            # torch.jit.script reads the original's source and looks its names up here.
            wrapper = types.FunctionType(wrapper.__code__, original.__globals__, None, None, wrapper.__closure__)
        wrapper = functools.wraps(original)(wrapper)
        # For TensorFlow: not to be rewritten.
        wrapper.autograph_info__ = {}
        return wrapper

    return wrap


def not_compiling():
    return False


def convertible(original):
    """What tf.function reads the source of and rewrites is the original, not a wrapper that has no source."""
    tensorflow = sys.modules.get("tensorflow")
    if not hasattr(tensorflow, "executing_eagerly"):
        return original

    @functools.wraps(original)
    def converted(*positional, **named):
        if tensorflow.executing_eagerly():
            return original(*positional, **named)
        autograph = tensorflow.__internal__.autograph
        return autograph.tf_convert(original, autograph.control_status_ctx())(*positional, **named)

    return converted


def energy_method(owner, original):
    original = convertible(original)

    def method(positional, named):
        result = original(*positional, **named)
        if not recording.quiet():
            attempt(note_energy_of, owner, result, *positional, **named)
        return result

    return method


def note_energy_of(owner, value, self, *positional, **named):
    note_energy(owner, id(self), value, first_array((positional, named)))


def note_energy(owner, of, value, state=None, pauses=True):
    """An energy, and the state that has it where it is a vector. `rose`: by more than rounding since the last one of the same."""
    if library(value) and math.prod(int(length) for length in value.shape) == 1:
        value = float(value.reshape(-1)[0])
    if type(value) not in (int, float):
        return False
    before = _energies.get(of)
    _energies[of] = value
    facts = {"energy": float(value), "object": of, "rose": before is not None and value > before + 1e-6 * max(1.0, abs(before))}
    arrays = {"state": state} if state is not None and len(state.shape) == 1 else {}
    return recording.add("energy", owner, arrays, facts, pauses=pauses)


def memory_method(what, owner, original):
    original = convertible(original)

    def method(positional, named):
        if recording.quiet() or not positional or traced():
            return original(*positional, **named)
        self, *rest = positional
        owns, kept = attempt(memory_before, what, self) or (False, None)
        depth = getattr(recording.own, "memory", 0)
        recording.own.memory = depth + owns
        try:
            result = original(*positional, **named)
        finally:
            recording.own.memory = depth
        attempt(note_memory, what, owner, original, self, kept, rest, named, result)
        return result

    return method


def memory_before(what, owner):
    """(whether it owns a memory, a copy of it where it is about to be written to)."""
    memory = memory_of(owner)
    return memory is not None, snapshot(memory)[0] if what == "write" and memory is not None else None


def note_memory(what, owner, original, self, before, positional, named, result):
    memory = memory_of(self)
    if memory is None:
        return
    weighting = weighting_for(memory, result if what == "address" else (positional, named))
    arrays = {"w": weighting, "memory": memory}
    if what == "read":
        arrays["read"] = first_array(result)
    if what == "write":
        arrays.update(vectors_for(memory, positional, named))
    if "jax" not in sys.modules or not any(library(one) == "jax" and is_tracer(type(one)) for one in arrays.values()):
        recording.add(what, owner, arrays, {"method": original.__name__, "object": id(self)}, before=before)


def memory_of(owner):
    """The memory that an object owns: a matrix, or a batch of them, called as people call it."""
    own = own_attributes(owner)
    for place in (own, own.get("_buffers"), own.get("_parameters")) if own else (dict(_attributes(owner)),):
        for name in place or ():
            if name in _memory_names and library(place[name]) and can_hold(place[name]):
                return place[name]
    return None


def can_hold(value):
    """Nothing is asked of what has no values: a lazy buffer has no shape yet."""
    kind = library(value)
    if kind == "torch" and type(value) is sys.modules["torch"].Tensor:
        return value.dim() in (2, 3)
    return not _why_hidden(value, kind) and len(plain(value, kind).shape) in (2, 3)


def weighting_for(memory, values):
    """The first array whose last dimension runs over the memory's slots and that is non-negative."""
    slots = int(memory.shape[-2])
    for value in flat(values):
        if library(value) and len(value.shape) in (1, 2, 3) and int(value.shape[-1]) == slots:
            if value.dtype.is_floating_point if hasattr(value, "detach") else "float" in str(value.dtype):
                return value
    return None


def vectors_for(memory, positional, named):
    """Erase and add of a write, by their names, else by their order after the weighting."""
    width = int(memory.shape[-1])
    vectors = [v for v in flat(positional) if library(v) and len(v.shape) >= 1 and int(v.shape[-1]) == width]
    found = {}
    for name, value in named.items():
        if library(value) and name[:1] in "ea":
            found["erase" if name[0] == "e" else "add"] = value
    for name, value in zip(("erase", "add") if len(vectors) > 1 else ("add",), vectors):
        found.setdefault(name, value)
    return found


def flat(values):
    kind = type(values)
    if issubclass(kind, dict):
        kind, values = list, list(dict.values(values))
    base = tuple if issubclass(kind, tuple) else list if issubclass(kind, list) else None
    if base is not None:
        for value in itertools.islice(base.__iter__(values), HELD):
            yield from flat(value)
    else:
        yield values


def first_array(value):
    return next((item for item in flat(value) if library(item)), None)


def hook_keras(keras):
    layers = getattr(keras, "layers", None)
    for name in ("MultiHeadAttention", "GroupQueryAttention"):
        if hasattr(layers, name):
            replace(getattr(layers, name), "_compute_attention", seen_through(functools.partial(keras_attention, note_keras)))
    if hasattr(layers, "Attention"):
        # Luong et al. 2015; that of Bahdanau et al. is a subclass.
        replace(layers.Attention, "_apply_scores", seen_through(functools.partial(keras_attention, note_keras_scores)))
    if hasattr(keras, "ops"):
        # Keras 3; the layers of Keras 2 do their steps in other ways.
        hook_keras_recurrent(layers)


def keras_attention(note, original):
    """Keras leaves the weights out where its backend has a fused attention; that of torch is recorded by its own name."""

    def compute(positional, named):
        result = original(*positional, **named)
        if not recording.quiet():
            attempt(note, result, *positional, **named)
        return result

    return compute


def note_keras_scores(result, layer, scores, *rest, **more):
    kind = library(scores)
    if kind not in (None, "torch") and not facts(scores, kind).get("note"):
        recording.add("attention", layer.name, {"w": result[1]}, {"heads": 1})


def note_keras(result, layer, query, key, value=None, attention_mask=None, *rest, **more):
    kind = library(query)
    if kind is None or facts(query, kind).get("note"):
        return
    weights = result[1] if isinstance(result, tuple) and len(result) > 1 else None
    if weights is not None:
        recording.add("attention", layer.name, {"w": weights}, {"heads": int(weights.shape[1])})
    elif kind != "torch":
        # [batch, tokens, heads, width] there.
        scale = getattr(layer, "_inverse_sqrt_key_dim", None) or layer._inverse_sqrt_head_dim
        told = {"heads": int(query.shape[2]), "causal": bool(more.get("use_causal_mask")), "scale": scale}
        recording.add("attention", layer.name, {"queries": query, "keys": key, "mask": attention_mask}, told)
