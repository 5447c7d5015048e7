"""Gates of the recurrent layers and cells of Keras 3, on each of its backends: as of those of torch, the input is kept."""

import functools
import math
import sys

# As Keras defines them; gates of layers with others are not told.
_activations = {
    "linear": lambda x: x,
    "sigmoid": lambda x: 0.5 + 0.5 * sys.modules["numpy"].tanh(0.5 * x),
    "tanh": lambda x: sys.modules["numpy"].tanh(x),
    "relu": lambda x: x.clip(0),
    "hard_sigmoid": lambda x: (x / 6 + 0.5).clip(0, 1),
}
_keras_gates = {"LSTMCell": "ifgohc", "GRUCell": "rznh", "SimpleRNNCell": "h"}


def hook_keras_recurrent(layers):
    replace(layers.RNN, "call", seen_through(functools.partial(keras_recurrent, given_to_layer)))
    for name in _keras_gates:
        replace(getattr(layers, name), "call", seen_through(functools.partial(keras_recurrent, given_to_cell)))


def keras_recurrent(given, original):
    def call(positional, named):
        # The steps of a layer that is recorded are no operations of their own.
        if getattr(recording.own, "recurrent", False) or recording.quiet() or traced():
            return original(*positional, **named)
        # Before: a layer that keeps its states writes over them.
        found = attempt(given, *positional, **named)
        recording.own.recurrent = found is not None
        try:
            result = original(*positional, **named)
        finally:
            recording.own.recurrent = False
        if found is not None:
            attempt(note_keras_recurrent, result, positional[0], *found)
        return result

    return call


def given_to_layer(layer, sequences, initial_state=None, mask=None, training=False):
    keras, cell = sys.modules["keras"], layer.cell
    layers = keras.layers
    # Subclasses may do anything between two steps.
    if type(layer) not in (layers.RNN, layers.LSTM, layers.GRU, layers.SimpleRNN):
        return None
    cells = cell.cells if type(cell) is layers.StackedRNNCells else [cell]
    kept = initial_state is None and layer.stateful
    # By Keras's own hand: a list that TensorFlow tracks holds nothing as a list.
    states = [copy(state.value) for state in keras.tree.flatten(layer.states)] if kept else initial_state
    return given(cells, sequences, states, next(flat(mask), None), training, layer.go_backwards)


def given_to_cell(cell, inputs, states, training=False):
    return given([cell], inputs, states, None, training, False)


def given(cells, inputs, states, mask, training, backwards):
    """(arrays, what tells the gates from them, bytes of that) of a call; nothing tells them of dropout. None where there are no
    values, or cells that are not Keras's own: these may have operations of their own in them."""
    keras = sys.modules["keras"]
    if any(type(cell) is not getattr(keras.layers, type(cell).__name__, None) for cell in cells) or is_symbolic():
        return None
    if any(type(cell).__name__ not in _keras_gates for cell in cells):
        return None
    states = [value_of_keras(state) for state in flat(states) if state is not None]
    weights = [[value_of_keras(one) for one in (cell.kernel, cell.recurrent_kernel, cell.bias) if one is not None] for cell in cells]
    everything = [inputs, *states, *flat(weights), *([] if mask is None else [mask])]
    if not all(has_values(value) for value in everything):
        return None
    functions = [[name_of_activation(keras, cell, word) for word in ("activation", "recurrent_activation")] for cell in cells]
    drops = training and any(cell.dropout or cell.recurrent_dropout for cell in cells)
    count = sum(2 if type(cell).__name__ == "LSTMCell" else 1 for cell in cells)
    if drops or None in flat(functions) or len(states) not in (0, count):
        return {}, None, 0
    arrays = {"x": first_item(inputs), "mask": None if mask is None else first_item(mask)}
    arrays.update(("state%d" % index, first_item(state)) for index, state in enumerate(states))
    told, fresh = [], 0
    for cell, names, values in zip(cells, functions, weights):
        kept = [snapshot(value) for value in values]
        fresh += sum(bytes_of(one) for one, is_fresh in kept if is_fresh)
        told.append((type(cell).__name__, names, getattr(cell, "reset_after", True), [one for one, _ in kept]))
    return arrays, {"cells": told, "backwards": backwards}, fresh


def note_keras_recurrent(result, layer, arrays, extra, fresh):
    if extra is None:
        is_layer = hasattr(layer, "cell")
        outputs = [item for item in flat(result) if library(item)]
        arrays = dict(zip(("output", "h", "c"), outputs) if is_layer else zip("hc", outputs[1:]))
    recording.add("gates", layer.name, arrays, {"object": id(layer)}, extra, fresh)


def is_symbolic():
    """While Keras finds out shapes it runs layers on values of its own."""
    scope = sys.modules.get("keras.src.backend.common.symbolic_scope")
    return scope is not None and scope.in_symbolic_scope()


def value_of_keras(value):
    return value.value if module_of(type(value)).startswith("keras.") else value


def has_values(value):
    kind = library(value)
    if kind == "torch":
        return recordable(value) and not _why_unreadable(plain(value, kind), kind)
    # What JAX is still computing is there when somebody drains.
    return kind is not None and why_not(value, kind) in (None, "still being computed")


def first_item(value):
    """Of the batch, where a copy of it is made; an array that never changes is kept as it is."""
    return value[:1] if library(value) in ("torch", "numpy") else value


def name_of_activation(keras, cell, word):
    """None for one that is not Keras's own."""
    function = getattr(cell, word, keras.activations.linear)
    return next((name for name in _activations if getattr(keras.activations, name, None) is function), None)


def keras_gates_of(operation):
    """Each gate and state as [steps, units] in the order of the steps, `i` of the first cell, `i.1` of the second …, by torch's
    names (`g` and `n` are the candidates); the equations are those of Keras's `LSTMCell`, `GRUCell` and `SimpleRNNCell`."""
    numpy = sys.modules["numpy"]
    arrays, extra, found = operation["arrays"], operation["extra"], {}
    order = slice(None, None, -1 if extra["backwards"] else 1)
    values = numbers_in(arrays["x"])[0]
    values = (values[None] if values.ndim == 1 else values)[order][:STEPS]
    reads = numbers_in(arrays["mask"])[0].reshape(-1)[order] if "mask" in arrays else numpy.ones(len(values))
    states = [numbers_in(arrays[name])[0] for name in arrays if name.startswith("state")]
    for layer, (kind, names, reset_after, kept) in enumerate(extra["cells"]):
        weights = [numbers_in(one) for one in kept]
        count = 2 if kind == "LSTMCell" else 1
        own = states[:count] or [numpy.zeros(len(weights[1]))] * count
        states = states[count:]
        with numpy.errstate(all="ignore"):
            values, rows = run_keras_cell(kind, names, reset_after, weights, values, own, reads)
        for name, series in zip(_keras_gates[kind], zip(*rows)):
            found[name if layer == 0 else "%s.%d" % (name, layer)] = numpy.stack(series)
    return found


def numbers_in(value):
    array, _ = as_float32(value, library(value), math.inf)
    return sys.modules["numpy"].asarray(array, "float64")


def run_keras_cell(kind, names, reset_after, weights, values, states, reads):
    """(outputs, gates and states) step by step; a step that the mask leaves out keeps the states."""
    numpy = sys.modules["numpy"]
    act, gate = (_activations[name] for name in names)
    (w_in, w_hidden), bias = weights[:2], weights[2] if len(weights) > 2 else numpy.zeros(1)
    b_in, b_hidden = bias if bias.ndim == 2 else (bias, 0.0)
    inputs, outputs, rows = values @ w_in + b_in, [], []
    for row, read in zip(inputs, reads):
        h, hidden = states[0], states[0] @ w_hidden + b_hidden
        if kind == "LSTMCell":
            i, f, g, o = numpy.split(row + hidden, 4)
            i, f, g, o = gates = gate(i), gate(f), act(g), gate(o)
            c = f * states[1] + i * g
            after = (o * act(c), c)
        elif kind == "GRUCell":
            (z, r, n), (hz, hr, hn) = numpy.split(row, 3), numpy.split(hidden, 3)
            z, r = gate(z + hz), gate(r + hr)
            n = act(n + (r * hn if reset_after else (r * h) @ w_hidden[:, 2 * len(h) :]))
            gates, after = (r, z, n), (z * h + (1 - z) * n,)
        else:
            gates, after = (), (act(row + hidden),)
        outputs.append(after[0])
        states = after if read else states
        rows.append((*gates, *states))
    return numpy.array(outputs), rows
