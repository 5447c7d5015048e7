"""Gates of recurrent layers: the input is kept, and the gates are computed when somebody drains."""

import sys

# Steps of a sequence whose gates are computed.
STEPS = 1024
_gates = {"LSTM": "ifgo", "GRU": "rzn", "RNN": "h"}


def record_recurrent(original):
    def forward(positional, named):
        result = original(*positional, **named)
        if not recording.quiet() and not traced():
            attempt(note_recurrent, result, *positional, **named)
        return result

    return forward


def note_recurrent(result, module, input, hx=None):
    name = type(module).__name__
    facts = {"object": id(module)}
    if not recordable(input) or not can_compute(module):
        outputs = [item for item in flat(result) if library(item)]
        names = ("h", "c") if is_cell(module) else ("output", "h", "c")
        recording.add("gates", name, dict(zip(names, outputs)), facts)
        return
    states = [] if hx is None else [first_state(module, state) for state in (hx if type(hx) is tuple else (hx,))]
    arrays = {"x": first_sequence(module, input)[:STEPS], **dict(zip(("h0", "c0"), states))}
    weights, fresh = [], 0
    for parameter in parameters_of(module):
        kept, is_fresh = snapshot(parameter)
        weights.append(kept)
        fresh += kept.nbytes if is_fresh else 0
    kind = name.removesuffix("Cell")
    extra = {"kind": kind, "weights": weights, "relu": getattr(module, "nonlinearity", "tanh") == "relu"}
    recording.add("gates", name, arrays, facts, extra, fresh)


def is_cell(module):
    return not hasattr(module, "num_layers")


def can_compute(module):
    """Subclasses, both directions, projections and dropout between layers have states that the input does not tell."""
    if type(module).__name__.removesuffix("Cell") not in _gates:
        return False
    if is_cell(module):
        return True
    drops = module.training and module.dropout > 0 and module.num_layers > 1
    return not (module.bidirectional or module.proj_size or drops)


def parameters_of(module):
    """Per layer: input weights, hidden weights and their biases."""
    ends = [""] if is_cell(module) else ["_l%d" % layer for layer in range(module.num_layers)]
    biases = ["bias_ih", "bias_hh"] if module.bias else []
    return [getattr(module, name + end) for end in ends for name in ["weight_ih", "weight_hh", *biases]]


def first_sequence(module, value):
    """[steps, inputs] of the first item of the batch."""
    if is_cell(module):
        return value if value.dim() == 1 else value[0]
    if value.dim() == 2:
        return value
    return value[0] if module.batch_first else value[:, 0]


def first_state(module, value):
    """[layers, units] of the first item of the batch."""
    if is_cell(module):
        return value[None] if value.dim() == 1 else value[:1]
    return value if value.dim() == 2 else value[:, 0]


def gates_of(operation):
    """Each gate as [steps, units], `i` of the first layer, `i.1` of the second …; LSTM: Hochreiter & Schmidhuber
    1997 as torch documents it, GRU: Cho et al. 2014 likewise."""
    torch = sys.modules["torch"]
    extra, arrays = operation["extra"], operation["arrays"]
    kind, weights = extra["kind"], [weight.float() for weight in extra["weights"]]
    values = arrays["x"].float()
    if values.dim() == 1:
        values = values[None]
    units = weights[1].shape[1]
    per_layer = 4 if len(weights) > 2 and weights[2].dim() == 1 else 2
    found = {}
    with torch.no_grad():
        for layer in range(len(weights) // per_layer):
            own = weights[layer * per_layer : (layer + 1) * per_layer]
            zero = values.new_zeros(units)
            h = arrays["h0"][layer].float() if "h0" in arrays else zero
            c = arrays["c0"][layer].float() if "c0" in arrays else zero
            steps = run_layer(kind, extra["relu"], values, h, c, own)
            for name, series in steps.items():
                found[name if layer == 0 else "%s.%d" % (name, layer)] = torch.stack(series)
            values = torch.stack(steps["h"])
    return found


def run_layer(kind, relu, values, h, c, weights):
    torch = sys.modules["torch"]
    w_in, w_hidden = weights[:2]
    b_in, b_hidden = weights[2:] if len(weights) > 2 else (0.0, 0.0)
    inputs = values @ w_in.t() + b_in
    names = [*_gates[kind], *("hc" if kind == "LSTM" else "h" if kind == "GRU" else "")]
    steps = {name: [] for name in names}
    for row in inputs:
        hidden = w_hidden @ h + b_hidden
        if kind == "LSTM":
            i, f, g, o = (row + hidden).chunk(4)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            now = (i, f, g, o, h, c)
        elif kind == "GRU":
            (r, z, n), (hr, hz, hn) = row.chunk(3), hidden.chunk(3)
            r, z = (r + hr).sigmoid(), (z + hz).sigmoid()
            n = (n + r * hn).tanh()
            h = (1 - z) * n + z * h
            now = (r, z, n, h)
        else:
            h = (row + hidden).relu() if relu else (row + hidden).tanh()
            now = (h,)
        for name, value in zip(names, now):
            steps[name].append(value)
    return steps
