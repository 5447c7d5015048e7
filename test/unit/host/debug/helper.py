"""Runs the debugger's helper under a real torch and prints a line of JSON per test. Argument: the helper's source."""

import base64
import builtins
import collections
import json
import math
import os
import struct
import sys
import time
import traceback

import numpy
import torch
import torch.nn.functional as F
from torch import nn

source = open(sys.argv[1]).read()
originals = {
    (owner, name): getattr(owner, name)
    for owner, names in (
        (F, ("softmax", "scaled_dot_product_attention")),
        (torch, ("softmax", "matmul", "bmm")),
        (torch.Tensor, ("softmax", "matmul", "bmm", "__matmul__")),
        (nn.MultiheadAttention, ("forward",)),
        (nn.LSTM, ("forward",)),
        (builtins, ("__build_class__",)),
    )
    for name in names
}


def install(**names):
    exec(compile(source, "<mnemoscope>", "exec"), {"__name__": "__mnemoscope__", **names})
    return builtins.__mnemo__


def decode(answer):
    return json.loads(base64.b64decode(answer))


def drained(limit=1 << 28):
    """[(operation, {array name: tensor})] since the last time."""
    found, more = [], True
    while more:
        answer = decode(builtins.__mnemo__.drain(limit))
        more = answer["more"]
        if answer["operations"]:
            found += files(answer)
    return found


def files(answer):
    """The same of one answer."""
    found = []
    data = base64.b64decode(answer["data"])
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    for operation in json.loads(header["__metadata__"]["mnemoscope.operations"]):
        arrays = {}
        for name, told in operation["arrays"].items():
            entry = header[told["key"]]
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            values = torch.frombuffer(bytearray(data[start:end]), dtype=torch.float32) if end > start else torch.empty(0)
            arrays[name] = values.reshape(entry["shape"])
        found.append((operation, arrays))
    return found


def frame(**variables):
    text = builtins.__mnemo__.frame(variables, "test")
    assert len(text) <= 256 * 1024, len(text)
    return {entry["name"]: entry for entry in decode(text)["tensors"]}


def ask(question, slice, more=None, **variables):
    return decode(builtins.__mnemo__.answer(variables, {}, next(iter(variables)), question, slice, more))


def near(left, right, tolerance=1e-6):
    assert left.shape == right.shape, (left.shape, right.shape)
    apart = float((left - right).abs().max())
    assert apart <= tolerance, apart


def test_every_type_and_layout_is_told_or_said_to_be_unreadable():
    class Rude(torch.Tensor):
        def __repr__(self):
            raise RuntimeError("never asked for")

    found = frame(
        plain=torch.arange(6.0).reshape(2, 3),
        scalar=torch.tensor(3.5),
        half=torch.ones(3, dtype=torch.bfloat16),
        truth=torch.tensor([True, False]),
        integers=torch.arange(5),
        complex=torch.tensor([3 + 4j]),
        turned=torch.arange(6.0).reshape(2, 3).t(),
        conjugate=torch.tensor([3 + 4j]).conj(),
        troubled=torch.tensor([math.nan, math.inf, 1.0]),
        gradient=torch.ones(2, requires_grad=True),
        empty=torch.empty(0, 4),
        rude=torch.ones(2).as_subclass(Rude),
        sparse=torch.eye(3).to_sparse(),
        meta=torch.empty(4, 4, device="meta"),
        quantised=torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        lazy=nn.LazyLinear(3).weight,
        array=numpy.arange(4, dtype=numpy.float64),
        structured=numpy.zeros(2, dtype=[("a", "i4"), ("b", "f4")]),
        words=numpy.array(["a", "b"]),
        text="no tensor",
    )
    assert "text" not in found
    assert found["plain"]["shape"] == [2, 3] and found["plain"]["max"] == 5
    assert (found["scalar"]["shape"], found["scalar"]["min"]) == ([], 3.5)
    assert found["half"]["dtype"] == "bfloat16"
    assert (found["truth"]["min"], found["truth"]["max"]) == (0, 1)
    assert found["complex"]["max"] == 5 and found["conjugate"]["max"] == 5
    assert (found["troubled"]["nan"], found["troubled"]["inf"], found["troubled"]["max"]) == (1, 1, 1)
    assert found["gradient"]["grad"]
    assert found["rude"]["max"] == 1
    assert "note" not in found["empty"] and found["empty"]["shape"] == [0, 4]
    notes = {name: entry["note"] for name, entry in found.items() if "note" in entry}
    assert notes == {
        "sparse": "sparse_coo layout",
        "meta": "a meta tensor has no values",
        "quantised": "quantised values",
        "lazy": "not initialised yet",
        "structured": "no numbers",
        "words": "no numbers",
    }, notes


class Watched(torch.Tensor):
    """A subclass that sees what is done to it."""

    seen = []

    @classmethod
    def __torch_function__(cls, function, types, arguments=(), words=None):
        cls.seen.append(function)
        return super().__torch_function__(function, types, arguments, words or {})


class Dispatching(torch.Tensor):
    @classmethod
    def __torch_dispatch__(cls, function, types, arguments=(), words=None):
        raise RuntimeError("never asked for")


def test_tensors_that_are_not_what_they_seem_are_told_and_not_disturbed():
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        fake = torch.ones(2, 3)
    watched = torch.arange(3.0).as_subclass(Watched)
    Watched.seen.clear()
    inside = []
    torch.func.vmap(lambda x: inside.append(frame(batched=x, plain=torch.ones(2))) or x)(torch.ones(2, 3))
    torch.func.grad(lambda x: inside.append(frame(graded=x)) or x.sum())(torch.ones(3))
    found = frame(
        fake=fake,
        dispatching=torch.Tensor._make_subclass(Dispatching, torch.ones(2)),
        watched=watched,
        nested=torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        every_other=torch.arange(24.0).reshape(2, 3, 4)[:, ::2].transpose(0, 2),
        eighth=torch.ones(4).to(torch.float8_e4m3fn),
        compiled=torch.compile(nn.Linear(2, 2), backend="eager"),
        expanded=torch.ones(1).expand(1 << 20, 1 << 10),
    )
    notes = {name: entry["note"] for name, entry in {**inside[0], **inside[1], **found}.items() if "note" in entry}
    assert notes == {
        "batched": "inside a transform of torch.func",
        "graded": "inside a transform of torch.func",
        "fake": "a tensor of a tracer has no values",
        "dispatching": "a Dispatching makes its values itself",
        "nested": "nested",
    }, notes
    assert found["watched"]["max"] == 2 and found["every_other"]["shape"] == [4, 2, 2]
    assert found["eighth"]["max"] == 1 and found["expanded"]["sampled"] > 1
    assert Watched.seen == [], Watched.seen


def test_objects_that_raise_hide_nothing_else():
    class Raising:
        def __init__(self):
            self.held = torch.ones(2)

        def __getattr__(self, name):
            raise RuntimeError("never asked for")

        def __repr__(self):
            raise RuntimeError("never asked for")

        def __len__(self):
            raise RuntimeError("never asked for")

        def __eq__(self, other):
            raise RuntimeError("never asked for")

        __hash__ = None

    class Slots:
        __slots__ = ("held",)

    found = frame(raising=Raising(), inside=[Raising(), torch.ones(1)], slots=Slots(), fine=torch.zeros(1))
    assert list(found) == ["raising.held", "inside[1]", "fine"], list(found)


def never(*_, **__):
    raise RuntimeError("never asked for")


class Evil(torch.Tensor):
    shape = dtype = device = property(never)
    __torch_function__ = classmethod(never)


class EvilArray(numpy.ndarray):
    shape = property(never)
    __getitem__ = __array_ufunc__ = __array_function__ = never


class Impostor:
    __dict__ = __class__ = property(never)


Point = collections.namedtuple("Point", "a b")


def test_nothing_of_a_class_runs_however_its_values_are_held():
    class Slots:
        __slots__ = ("held", "free")

    class Kind(type):
        def __getattribute__(cls, name):
            raise RuntimeError("never asked for")

        def __eq__(cls, other):
            raise RuntimeError("never asked for")

        __hash__ = None

    class Strange(metaclass=Kind):
        def read(self):
            """Looked at for a memory."""

    class Listing(dict):
        items = __iter__ = __len__ = never

    slots = Slots()
    slots.held = torch.ones(1)
    point = Point(torch.ones(1), [torch.ones(2)])
    output = collections.namedtuple("Output", "logits attentions")(torch.ones(3), (torch.ones(4),))
    holder = type("Holder", (), {})()
    holder.outputs, holder.plain = [torch.ones(5)], 3
    found = frame(
        evil=torch.ones(3).as_subclass(Evil),
        array=numpy.ones(3).view(EvilArray),
        impostor=Impostor(),
        strange=Strange(),
        listing=Listing(a=torch.ones(1)),
        slots=slots,
        point=point,
        output=output,
        holder=holder,
        queue=collections.deque([torch.ones(6)]),
    )
    assert list(found) == ["evil", "array", "listing['a']", "slots.held", "point.a", "output.logits", "holder.outputs[0]", "queue[0]"], list(found)
    assert not any("note" in entry for entry in found.values()), found
    assert found["evil"]["max"] == found["array"]["max"] == 1


def test_what_cannot_be_read_without_harm_is_not():
    freed = torch.ones(100)
    freed.untyped_storage().resize_(0)
    found = frame(freed=freed, part=torch.ones(8)[3:5])
    assert found["freed"]["note"] == "its storage was freed" and found["part"]["max"] == 1
    try:
        builtins.__mnemo__.save_weights({"weights": {"freed": freed}}, {}, "weights")
    except Exception:
        raise AssertionError("an error of saving is an answer")


def test_numbers_that_single_precision_does_not_hold_are_told():
    found = frame(large=torch.tensor([1e300]), count=torch.tensor([(1 << 24) + 1]), half=numpy.array([1e300, 3.0]))
    found["large"] = frame(large=torch.tensor([1e300], dtype=torch.float64))["large"]
    assert (found["large"]["max"], found["large"]["inf"]) == (1e300, 0)
    assert (found["half"]["max"], found["half"]["inf"]) == (1e300, 0)
    assert found["count"]["max"] == (1 << 24) + 1


def test_modes_of_torch_do_not_see_us():
    from torch.utils.flop_counter import FlopCounterMode
    from torch._subclasses.fake_tensor import FakeTensorMode

    x = torch.randn(1, 2, 5, 4)
    memory = Memory()
    with FlopCounterMode(display=False) as alone:
        x @ x.transpose(-2, -1)
    with FlopCounterMode(display=False) as counter:
        x @ x.transpose(-2, -1)
        found = frame(x=x)
    assert counter.get_flop_counts() == alone.get_flop_counts() and found["x"]["min"] == float(x.min())
    with FakeTensorMode(allow_non_fake_inputs=True):
        found = frame(x=x)
        F.scaled_dot_product_attention(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
    assert found["x"]["max"] == float(x.max()) and drained() == []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert stops({"what": "attention", "condition": "entropy", "below": 10.0}, lambda: F.scaled_dot_product_attention(x, x, x))
        F.scaled_dot_product_attention(x, x, x)
    ((_, arrays),) = drained()
    half = x.bfloat16().float()
    near(arrays["w"], weights(half, half))
    with torch.inference_mode():
        memory.write(torch.ones(4) / 4, torch.ones(3), torch.ones(3))
    ((_, arrays),) = drained()
    assert torch.equal(arrays["memory"], memory.memory)
    watched = torch.randn(2, 3).as_subclass(Watched)
    Watched.seen.clear()
    torch.softmax(watched, -1) @ torch.ones(3, 3)
    with_us = [function.__name__ for function in Watched.seen]
    assert len(drained()) == 1
    builtins.__mnemo__.uninstall()
    Watched.seen.clear()
    torch.softmax(watched, -1) @ torch.ones(3, 3)
    install()
    assert with_us == [function.__name__ for function in Watched.seen], with_us


def test_arrays_of_jax_are_read_where_they_live_and_tracers_are_left_alone():
    import jax

    inside = []
    jax.jit(lambda x: inside.append(frame(traced=x)) or x * 2)(jax.numpy.ones(3))
    memory = Memory()
    memory.memory = jax.numpy.ones((4, 3))
    jax.jit(memory.recall)(jax.numpy.ones(4))
    assert drained() == []
    memory.recall(jax.numpy.ones(4) / 4)
    ((operation, arrays),) = drained()
    assert operation["what"] == "read" and torch.equal(arrays["memory"], torch.ones(4, 3))
    given = jax.numpy.arange(4.0)
    given.delete()
    large = jax.numpy.zeros((4096, 4096)).block_until_ready()
    found = frame(
        half=jax.numpy.full((2, 3), 1.5, dtype="bfloat16").block_until_ready(),
        whole=jax.numpy.array([3 + 4j]).block_until_ready(),
        given=given,
        large=large,
    )
    assert (found["half"]["dtype"], found["half"]["max"], found["whole"]["max"]) == ("bfloat16", 1.5, 5)
    assert found["given"]["note"] == "its buffer was given away"
    assert found["large"]["sampled"] > 1
    assert inside[0]["traced"]["note"] == "a symbolic tensor has no values"
    builtins.__mnemo__.probe("p", {"half": large[:2, :2]})
    ((_, arrays),) = drained()
    assert torch.equal(arrays["half"], torch.zeros(2, 2))


def test_a_keras_layer_is_recorded_with_the_weights_that_it_gives():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    layer = keras.layers.MultiHeadAttention(2, 4)
    x = numpy.random.default_rng(1).normal(size=(1, 5, 6)).astype("float32")
    for causal in (False, True):
        _, expected = layer(x, x, return_attention_scores=True, use_causal_mask=causal)
        layer(x, x, use_causal_mask=causal)
        recorded = drained()
        assert len(recorded) == 2, [operation["name"] for operation, _ in recorded]
        wanted = torch.as_tensor(numpy.array(keras.ops.convert_to_numpy(expected)))[0]
        for operation, arrays in recorded:
            assert operation["file"] == __file__
            near(arrays["w"], wanted)


def keras_numbers(value):
    import keras

    return torch.as_tensor(numpy.array(keras.ops.convert_to_numpy(value)))


def keras_input(*shape):
    return numpy.random.default_rng(3).normal(size=shape).astype("float32")


def test_gates_of_keras_layers_end_in_the_states_that_the_program_had():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    layers, x = keras.layers, keras_input(2, 5, 4)
    words = {"return_sequences": True, "return_state": True, "bias_initializer": "random_normal"}
    for layer in (
        layers.LSTM(6, **words),
        layers.LSTM(6, go_backwards=True, recurrent_activation="hard_sigmoid", implementation=1, **words),
        layers.GRU(6, **words),
        layers.GRU(6, reset_after=False, use_bias=False, **words),
        layers.SimpleRNN(6, activation="relu", **words),
        layers.GRU(6, stateful=True, **words),
    ):
        for _ in range(2):
            output, h, *c = layer(x)
            ((operation, arrays),) = drained()
            assert (operation["what"], operation["name"], operation["file"]) == ("gates", layer.name, __file__)
            names = {"LSTM": "ifgohc", "GRU": "rznh", "SimpleRNN": "h"}[type(layer).__name__]
            assert list(arrays) == list(names)
            near(arrays["h"], keras_numbers(output)[0])
            if c:
                near(arrays["c"][-1], keras_numbers(c[0])[0])
                near(arrays["f"][1:] * arrays["c"][:-1] + arrays["i"][1:] * arrays["g"][1:], arrays["c"][1:])
    layer = layers.LSTM(6, **words)
    masked = numpy.array([[True, False, True, True, False], [True] * 5])
    output, h, c = layer(x, mask=masked, initial_state=[keras_input(2, 6), keras_input(2, 6)])
    ((_, arrays),) = drained()
    near(arrays["c"][-1], keras_numbers(c)[0])
    near(arrays["h"], keras_numbers(output)[0])
    kernel, recurrent, bias = (keras_numbers(one) for one in (layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias))
    sums = torch.as_tensor(x[0, 0]) @ kernel + torch.as_tensor(keras_input(2, 6)[0]) @ recurrent + bias
    near(torch.cat([arrays[name][0] for name in "ifgo"]), torch.cat([sums[:12].sigmoid(), sums[12:18].tanh(), sums[18:].sigmoid()]))


def test_gates_of_keras_cells_are_told_alone_stacked_and_in_both_directions():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    layers, x = keras.layers, keras_input(2, 5, 4)
    cell = layers.LSTMCell(6)
    _, (h, c) = cell(x[:, 0], [keras_input(2, 6), keras_input(2, 6)])
    ((operation, arrays),) = drained()
    assert operation["name"] == cell.name and operation["file"] == __file__
    near(arrays["h"], keras_numbers(h)[:1])
    near(arrays["c"], keras_numbers(c)[:1])
    stacked = layers.RNN([layers.LSTMCell(6), layers.GRUCell(3)], return_sequences=True)
    output = stacked(x)
    ((_, arrays),) = drained()
    assert list(arrays) == [*"ifgohc", *(name + ".1" for name in "rznh")]
    near(arrays["h.1"], keras_numbers(output)[0])
    both = layers.Bidirectional(layers.GRU(3, return_sequences=True))
    output = keras_numbers(both(x))[0]
    forward, backward = drained()
    near(forward[1]["h"], output[:, :3])
    # In the order in which the program read.
    near(backward[1]["h"], output[:, 3:].flip(0))


def test_of_keras_layers_whose_gates_the_input_does_not_tell_only_the_output_is_told():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    layers, x = keras.layers, keras_input(2, 5, 4)
    layer = layers.LSTM(6, dropout=0.5, return_sequences=True)
    output = layer(x, training=True)
    ((_, arrays),) = drained()
    assert list(arrays) == ["output"] and torch.equal(arrays["output"], keras_numbers(output))
    layer(x)
    assert "i" in drained()[0][1]
    layers.SimpleRNN(6, activation=lambda value: value * 2)(x)
    assert list(drained()[0][1]) == ["output"]
    # Of what Keras runs to find out shapes there are no values.
    given = keras.Input((5, 4))
    model = keras.Model(given, layers.LSTM(3)(layers.GRU(6, return_sequences=True)(given)))
    layers.LSTMCell(3)(keras.Input((4,)), [keras.Input((3,)), keras.Input((3,))])
    assert drained() == []
    model(x)
    assert [operation["name"] for operation, _ in drained()] == [layer.name for layer in model.layers[1:]]
    model.predict(x, verbose=0)
    # The other backends compile it.
    assert bool(drained()) == (keras.backend.backend() == "torch")

    class Controlled(layers.Layer):
        def __init__(self):
            super().__init__()
            self.state_size, self.inner = 3, layers.GRUCell(3)

        def call(self, inputs, states):
            return self.inner(inputs, states)

    cell = Controlled()
    layers.RNN(cell)(x)
    recorded = drained()
    if keras.backend.backend() != "jax":
        # There its steps are a loop of the compiler's.
        line = Controlled.call.__code__.co_firstlineno + 1
        assert {(operation["name"], operation["line"]) for operation, _ in recorded} == {(cell.inner.name, line)}
    else:
        assert recorded == []


def test_a_memory_of_tensorflow_is_recorded_and_what_holds_no_numbers_is_told():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    class Slots:
        def __init__(self):
            self.memory = tensorflow.Variable(tensorflow.zeros((4, 3)))

        def read(self, w):
            if tensorflow.reduce_sum(w) > 0:
                return tensorflow.linalg.matvec(self.memory, w, transpose_a=True)
            return tensorflow.zeros(3)

        def write(self, w, erase, add):
            self.memory.assign(self.memory * (1 - tensorflow.tensordot(w, erase, 0)) + tensorflow.tensordot(w, add, 0))

    slots, w = Slots(), tensorflow.nn.softmax(tensorflow.range(4, dtype=tensorflow.float32))
    slots.write(w, tensorflow.ones(3), tensorflow.fill((3,), 2.0))
    ((operation, arrays),) = drained()
    assert operation["what"] == "write" and arrays["before"].abs().max() == 0
    for name, wanted in (("memory", slots.memory), ("w", w), ("add", tensorflow.fill((3,), 2.0))):
        assert numpy.array_equal(arrays[name].numpy(), wanted.numpy()), name
    inside = []

    @tensorflow.function
    def graph(x):
        inside.append(frame(x=x))
        return slots.read(x)

    # Rewritten into a graph as it is without us, and not recorded there.
    assert numpy.allclose(graph(w), slots.read(w)) and len(drained()) == 1
    assert inside[0]["x"]["note"] == "a symbolic tensor has no values"
    found = frame(words=tensorflow.constant(["a"]), half=tensorflow.constant([1.5], tensorflow.bfloat16))
    assert found["words"]["note"] == "no numbers" and (found["half"]["max"], found["half"]["device"]) == (1.5, "CPU:0")


def test_properties_of_the_program_are_not_run():
    class Trap:
        def __init__(self):
            self.held = torch.ones(2)

        @property
        def memory(self):
            raise AssertionError("a property ran")

        def __getattribute__(self, name):
            if name == "__dict__":
                raise AssertionError("a hook of attributes ran")
            return object.__getattribute__(self, name)

    assert list(frame(trap=Trap())) == ["trap.held"]


def test_a_large_tensor_is_sampled_in_bounded_time_and_size():
    large = torch.zeros(16384, 16384)
    large[0, 0] = 7
    frame(small=torch.ones(2))
    started = time.process_time()
    found = frame(large=large)["large"]
    # Some ten times what it takes: this is no measurement, but a scan of the whole gigabyte takes longer.
    assert time.process_time() - started < 0.5
    assert found["sampled"] > 1 and found["max"] == 7
    answer = ask("tile", {"rows": 0, "columns": 1, "at": [0, 0]}, {"level": 6, "row": 0, "column": 0}, large=large)
    assert (answer["rows"], answer["columns"]) == (256, 256)
    assert len(base64.b64decode(answer["data"])) == 256 * 1024
    assert struct.unpack_from("<f", base64.b64decode(answer["data"]))[0] == 7


def test_tiles_pool_to_the_largest_magnitude_and_keep_nan():
    values = torch.tensor([[1.0, -3.0, 2.0], [2.0, 0.5, math.nan], [0.0, 0.25, -0.5]])
    for one in (values, values.numpy()):
        answer = ask("tile", {"rows": 0, "columns": 1, "at": [0, 0]}, {"level": 1, "row": 0, "column": 0}, one=one)
        found = struct.unpack("<4f", base64.b64decode(answer["data"]))
        assert found[0] == -3 and math.isnan(found[1]) and found[2:] == (0.25, -0.5), found


def test_a_slice_fixes_leading_dimensions_and_may_be_turned():
    x = torch.arange(24).reshape(2, 3, 4)
    more = {"row": 0, "column": 0, "rows": 2, "columns": 2}
    assert ask("text", {"rows": 1, "columns": 2, "at": [1, 0, 0]}, more, x=x)["text"] == ["12", "13", "16", "17"]
    assert ask("text", {"rows": 2, "columns": 1, "at": [1, 0, 0]}, more, x=x)["text"] == ["12", "16", "13", "17"]
    assert ask("text", {"columns": 0, "at": [0, 2, 3]}, {**more, "rows": 1}, x=x)["text"] == ["11", "23"]


def test_values_are_written_in_the_digits_of_their_type():
    cut = {"columns": 0, "at": [0]}
    more = {"row": 0, "column": 0, "rows": 1, "columns": 4}
    assert ask("text", cut, more, x=torch.tensor([0.1, 1 / 3, math.inf]))["text"] == ["0.1", "0.33333334", "Infinity"]
    assert ask("text", cut, more, x=torch.tensor([0.1], dtype=torch.float64))["text"] == ["0.1"]


def test_figures_of_a_whole_tensor_agree_with_numpy():
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(40, 30, 20, generator=generator)
    x[0, 0, :3] = torch.tensor([0.0, math.nan, -math.inf])
    found = ask("statistics", None, x=x)
    numbers = struct.unpack("<9d", base64.b64decode(found["numbers"]))
    finite = x[torch.isfinite(x)].double().numpy()
    wanted = [24000, finite.min(), finite.max(), finite.mean(), finite.std(), 1, 1, 0, 1]
    assert numpy.allclose(numbers, wanted, rtol=1e-12), numbers
    counts = numpy.frombuffer(base64.b64decode(found["histogram"]["linear"]["counts"]))
    assert (counts == numpy.histogram(finite, 128)[0]).mean() > 0.98 and counts.sum() == finite.size
    signed = [numpy.frombuffer(base64.b64decode(found["histogram"][name])) for name in ("negative", "positive")]
    assert [one.sum() for one in signed] == [(finite < 0).sum(), (finite > 0).sum()]


def test_a_large_tensor_is_counted_a_part_at_a_time():
    x = torch.arange(6 << 20, dtype=torch.float32).reshape(6, 1 << 20) - 1000
    x[3, 7] = math.nan
    answers = [ask("statistics", None, {"stop": "large"}, x=x)]
    while "numbers" not in answers[-1]:
        answers.append(ask("statistics", None, {"stop": "large"}, x=x))
    assert len(answers) > 1 and "numbers" not in answers[0] and answers[0]["total"] == 12
    numbers = struct.unpack("<9d", base64.b64decode(answers[-1]["numbers"]))
    finite = x[torch.isfinite(x)].double().numpy()
    wanted = [6 << 20, -1000, finite.max(), finite.mean(), finite.std(), 1, 1, 0, 0]
    assert numpy.allclose(numbers, wanted, rtol=1e-9), numbers
    counts = numpy.frombuffer(base64.b64decode(answers[-1]["histogram"]["linear"]["counts"]))
    assert (abs(counts - numpy.histogram(finite, 128)[0]) <= 1).all() and counts.sum() == finite.size


def test_tables_of_pandas_are_shown_whole_or_by_column():
    import pandas

    class Own(pandas.DataFrame):
        @property
        def values(self):
            raise RuntimeError("asked for its values")

    whole = pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 5.0]})
    mixed = pandas.DataFrame({"name": ["x", "y"], "age": [1.5, 2.5], "n": [3, 4]})
    variables = {"whole": whole, "mixed": mixed, "ages": mixed["age"], "names": mixed["name"], "own": Own(whole)}
    tensors = decode(builtins.__mnemo__.frame(variables, "test", ["whole * 2"]))["tensors"]
    found = {one["name"]: (one["shape"], one.get("max"), one.get("note")) for one in tensors}
    assert found.pop("whole * 2") == ([2, 2], 10, None)
    assert found == {
        "whole": ([2, 2], 5, None),
        "mixed['age']": ([2], 2.5, None),
        "mixed['n']": ([2], 4, None),
        "ages": ([2], 2.5, None),
    }, found
    cut = {"rows": 0, "columns": 1, "at": [0, 0]}
    more = {"row": 0, "column": 0, "rows": 2, "columns": 2}
    assert ask("text", cut, more, whole=whole)["text"] == ["1.0", "3.0", "2.0", "5.0"]


def test_one_pass_over_a_slice_gives_its_norms_and_range():
    x = torch.tensor([[3.0, 4.0], [0.0, math.nan]])
    found = ask("survey", {"rows": 0, "columns": 1, "at": [0, 0]}, {"stop": "1"}, x=x)
    norms = struct.unpack("<2f", base64.b64decode(found["rowNorms"]))
    assert norms[0] == 5 and math.isnan(norms[1])
    assert struct.unpack("<2f", base64.b64decode(found["range"])) == (0, 4)
    assert found["bad"] == [1, 0, 0]


def test_a_line_keeps_the_least_and_the_largest_of_each_bin():
    x = torch.arange(10.0)
    found = ask("line", {"columns": 0, "at": [0]}, {"start": 0, "end": 10, "bins": 5}, x=x)
    assert struct.unpack("<5f", base64.b64decode(found["low"])) == (0, 2, 4, 6, 8)
    assert struct.unpack("<5f", base64.b64decode(found["high"])) == (1, 3, 5, 7, 9)


def test_pinned_expressions_are_evaluated_and_their_errors_told_one_by_one():
    text = builtins.__mnemo__.frame({"x": torch.ones(2)}, "test", ["x * 3", "1 / 0", "gone", "len"], {"scale": 2})
    found = decode(text)["tensors"]
    assert [entry["name"] for entry in found] == ["x * 3", "1 / 0", "gone", "len", "x"]
    assert found[0]["max"] == 3 and found[0]["pinned"]
    assert found[1]["note"] == "ZeroDivisionError: division by zero"
    assert found[2]["note"] == "NameError: name 'gone' is not defined"
    assert found[3]["note"] == "no array: builtin_function_or_method"


def test_weights_of_a_module_in_the_frame_are_a_safetensors_file():
    from safetensors.torch import load_file

    module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(torch.bfloat16)
    saved = decode(builtins.__mnemo__.save_weights({"holder": [module]}, {}, "holder[0]"))
    loaded = load_file(saved["path"])
    builtins.__mnemo__.remove_file(saved["path"])
    wanted = module.state_dict()
    assert loaded.keys() == wanted.keys()
    assert all(torch.equal(loaded[name], wanted[name]) for name in wanted)


def test_marked_variables_are_recorded_as_a_memory_and_a_weighting_over_it():
    slots, w = torch.zeros(3, 2), torch.tensor([0.0, 1.0, 0.0])
    assert builtins.__mnemo__.probe("a", {"slots": slots}, "memory") == ""
    slots[1] = 5
    builtins.__mnemo__.probe("a", {"slots": slots}, "memory")
    builtins.__mnemo__.probe("b", {"w": w}, "weighting")
    recorded = drained()
    assert [operation["what"] for operation, _ in recorded] == ["write", "write", "read"]
    assert torch.equal(recorded[1][1]["before"], torch.zeros(3, 2))
    assert torch.equal(recorded[2][1]["memory"], slots) and torch.equal(recorded[2][1]["w"], w)


def weights(query, key, mask=None, causal=False, scale=None):
    score = query @ key.transpose(-2, -1) * (scale or query.shape[-1] ** -0.5)
    if causal:
        score = score.masked_fill(~torch.ones(score.shape[-2:], dtype=torch.bool).tril(), -math.inf)
    if mask is not None:
        score = score.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else score + mask
    return score.softmax(-1)[0]


def test_fused_attention_is_recorded_with_the_weights_that_the_program_used():
    query, key = torch.randn(2, 4, 5, 8), torch.randn(2, 4, 7, 8)
    boolean, added = torch.rand(5, 7) > 0.3, torch.randn(5, 7)
    boolean[:, 0] = True
    grouped = torch.randn(2, 2, 7, 8)
    wanted = []
    for words in ({}, {"attn_mask": boolean}, {"attn_mask": added}, {"scale": 0.5}):
        F.scaled_dot_product_attention(query, key, key, **words)
        wanted.append(weights(query, key, words.get("attn_mask"), scale=words.get("scale")))
    F.scaled_dot_product_attention(query, query, query, is_causal=True)
    wanted.append(weights(query, query, causal=True))
    F.scaled_dot_product_attention(query, grouped, grouped, enable_gqa=True)
    wanted.append(weights(query, grouped.repeat_interleave(2, 1)))
    drop = decode(builtins.__mnemo__.drain(0))
    assert drop["operations"] > 0 and "path" in drop
    builtins.__mnemo__.remove_file(drop["path"])
    drained()
    for words in ({}, {"attn_mask": boolean}, {"attn_mask": added}, {"scale": 0.5}):
        F.scaled_dot_product_attention(query, key, key, **words)
    F.scaled_dot_product_attention(query, query, query, is_causal=True)
    F.scaled_dot_product_attention(query, grouped, grouped, enable_gqa=True)
    recorded = drained()
    assert len(recorded) == 6
    for (operation, arrays), expected in zip(recorded, wanted):
        assert operation["file"] == __file__ and operation["what"] == "attention"
        near(arrays["w"], expected)


def test_a_query_that_may_attend_to_nothing_has_no_weights():
    mask = torch.tensor([[True, True], [False, False]])
    x = torch.randn(1, 1, 2, 4)
    F.scaled_dot_product_attention(x, x, x, attn_mask=mask)
    ((_, arrays),) = drained()
    assert arrays["w"][0, 1].tolist() == [0, 0]


def test_multihead_attention_is_recorded_once_in_each_mode():
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    x = torch.randn(3, 5, 8)
    for is_training in (True, False):
        attention.train(is_training)
        for words in ({"need_weights": True, "average_attn_weights": False}, {"need_weights": False}):
            attention(x, x, x, **words)
    with torch.no_grad():
        attention(x, x, x, need_weights=False)
        _, expected = attention(x, x, x, average_attn_weights=False)
    recorded = drained()
    assert len(recorded) == 6, len(recorded)
    for _, arrays in recorded:
        near(arrays["w"], expected[0])


def test_a_softmax_that_meets_a_product_is_attention_and_others_are_not():
    x = torch.randn(2, 3, 4)
    w = torch.softmax(x @ x.transpose(1, 2), -1)
    w @ x
    F.softmax(x, -1).sum()
    x @ x.transpose(1, 2)
    ((_, arrays),) = drained()
    assert torch.equal(arrays["w"], w)


def test_transformers_are_recorded_with_eager_and_with_fused_attention():
    from transformers import GPT2Config, GPT2LMHeadModel

    ids = torch.arange(6)[None]
    for kind in ("eager", "sdpa"):
        config = GPT2Config(n_layer=2, n_head=2, n_embd=16, vocab_size=64, n_positions=16, attn_implementation=kind)
        torch.manual_seed(3)
        model = GPT2LMHeadModel(config).eval()
        drained()
        with torch.no_grad():
            result = model(ids, output_attentions=kind == "eager")
            if kind == "eager":
                expected = result.attentions
        recorded = drained()
        assert len(recorded) == 2, (kind, len(recorded))
        for (_, arrays), wanted in zip(recorded, expected):
            near(arrays["w"], wanted[0])


def stepped(cell, x, state):
    outputs = []
    for row in x:
        state = cell(row[None], state)
        outputs.append(state)
    return outputs


def test_gates_of_recurrent_layers_end_in_the_states_that_the_program_had():
    x = torch.randn(5, 3, 4)
    for kind, batch_first in ((nn.LSTM, False), (nn.LSTM, True), (nn.GRU, False), (nn.RNN, False)):
        layer = kind(4, 6, num_layers=2, batch_first=batch_first)
        given = x.transpose(0, 1) if batch_first else x
        output, state = layer(given)
        ((operation, arrays),) = drained()
        assert operation["what"] == "gates"
        near(arrays["h.1"], (output[0] if batch_first else output[:, 0]).detach())
        last = state[0] if kind is nn.LSTM else state
        near(arrays["h"][-1], last[0, 0].detach())
        if kind is nn.LSTM:
            near(arrays["c.1"][-1], state[1][1, 0].detach())
            assert set(arrays) == {name + end for name in "ifgohc" for end in ("", ".1")}
    cell = nn.LSTMCell(4, 6)
    h, c = cell(x[0], (torch.ones(3, 6), torch.ones(3, 6)))
    ((_, arrays),) = drained()
    near(arrays["h"][0], h[0].detach())
    near(arrays["f"] * 1.0 + arrays["i"] * arrays["g"], c[:1].detach())


def test_gates_are_those_of_the_weights_at_that_moment():
    layer = nn.GRU(3, 4)
    x = torch.randn(6, 1, 3)
    first, _ = layer(x)
    with torch.no_grad():
        layer.weight_hh_l0.mul_(-2)
    second, _ = layer(x)
    before, after = drained()
    near(before[1]["h"], first[:, 0].detach())
    near(after[1]["h"], second[:, 0].detach())


def test_layers_whose_gates_the_input_does_not_tell_give_their_output():
    layer = nn.LSTM(3, 4, bidirectional=True)
    output, _ = layer(torch.randn(6, 1, 3))
    ((_, arrays),) = drained()
    assert torch.equal(arrays["output"], output.detach())


class Memory:
    def __init__(self):
        self.memory = torch.zeros(4, 3)

    def read(self, w):
        return torch.matmul(w.unsqueeze(0), self.memory).squeeze(0)

    def recall(self, w):
        return w @ self.memory

    def write(self, w, erase, add):
        self.memory = self.memory * (1 - torch.outer(w, erase)) + torch.outer(w, add)


def test_reads_and_writes_are_recorded_and_their_products_are_not_attention():
    memory = Memory()
    w = torch.softmax(torch.arange(4.0), 0)
    memory.write(w, torch.ones(3), torch.ones(3))
    read = memory.read(w)
    recorded = drained()
    assert [operation["what"] for operation, _ in recorded] == ["write", "read"]
    write, reading = (arrays for _, arrays in recorded)
    assert torch.equal(write["before"], torch.zeros(4, 3)) and torch.equal(write["memory"], memory.memory)
    assert torch.equal(reading["read"], read) and torch.equal(reading["w"], w)


def test_ten_thousand_operations_are_drained_in_parts_and_what_does_not_fit_is_counted():
    memory = Memory()
    w = torch.softmax(torch.arange(4.0), 0)
    for _ in range(10000):
        memory.read(w)
    parts, more = [], True
    while more:
        answer = decode(builtins.__mnemo__.drain(256 * 1024))
        parts.append(answer["operations"])
        # What did not fit into an answer lies in a file of a bounded size.
        assert answer["bytes"] < 12 << 20
        if "path" in answer:
            builtins.__mnemo__.remove_file(answer["path"])
        more = answer["more"]
    assert sum(parts) == 10000 and answer["dropped"] == 0
    for _ in range(20010):
        memory.read(w)
    first = decode(builtins.__mnemo__.drain(1 << 30))
    assert first["dropped"] == 10 and first["operations"] + len(drained()) == 20000


def test_a_memory_that_nobody_wrote_to_is_handed_over_once():
    memory = Memory()
    w = torch.softmax(torch.arange(4.0), 0)
    for _ in range(3):
        memory.read(w)
    memory.memory[0] = 7
    memory.read(w)
    recorded = drained()
    keys = [operation["arrays"]["memory"]["key"] for operation, _ in recorded]
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert recorded[0][1]["memory"][0, 0] == 0 and recorded[3][1]["memory"][0, 0] == 7


def test_of_a_large_attention_a_picture_is_handed_over_and_one_head_exactly():
    torch.manual_seed(4)
    query, key = torch.randn(1, 4, 300, 8), torch.randn(1, 2, 300, 8)
    wanted = weights(query, key.repeat_interleave(2, 1), causal=False)
    F.scaled_dot_product_attention(query, key, key, enable_gqa=True)
    ((operation, arrays),) = drained()
    told = operation["arrays"]["w"]
    assert (told["pooled"], told["of"]) == (5, [4, 300, 300])
    near(arrays["w"][1], F.max_pool2d(wanted[1][None, None], 5)[0, 0])
    entropy = -(wanted[2] * wanted[2].log()).sum(-1).mean()
    assert abs(operation["facts"]["statistics"][2][0] - float(entropy)) < 1e-4
    exact = decode(builtins.__mnemo__.exact(operation["id"], 3, 1 << 28))
    near(torch.frombuffer(bytearray(base64.b64decode(exact["data"])), dtype=torch.float32).reshape(300, 300), wanted[3])
    gone = decode(builtins.__mnemo__.exact(operation["id"] + 1, 0, 1 << 28))
    assert gone == {"error": "the program no longer holds this attention"}


def test_a_large_attention_is_computed_in_parts_of_bounded_work():
    names = builtins.__mnemo__.uninstall.__globals__
    patience, names["SECONDS_AT_ONCE"] = names["SECONDS_AT_ONCE"], 0
    try:
        query, key = torch.randn(2, 4, 900, 8), torch.randn(2, 2, 1100, 8)
        mask = torch.randn(2, 1, 900, 1100)
        cases = [{}, {"is_causal": True}, {"attn_mask": mask}, {"attn_mask": mask[0, 0, :1] > 0}]
        for words in cases:
            F.scaled_dot_product_attention(query, key, key, enable_gqa=True, **words)
            empty, answer = 0, decode(builtins.__mnemo__.drain(1 << 28))
            while not answer["operations"]:
                assert answer["more"]
                empty, answer = empty + 1, decode(builtins.__mnemo__.drain(1 << 28))
            # Four parts of at most 256 K weights for each of four heads.
            assert (empty, answer["more"]) == (16, False), (empty, answer["more"])
            ((operation, arrays),) = files(answer)
            mask_of = words.get("attn_mask")
            wanted = weights(query, key.repeat_interleave(2, 1), mask_of, causal=words.get("is_causal", False))
            near(arrays["w"], F.max_pool2d(wanted[None], (15, 18), ceil_mode=True)[0])
            for head, (_, previous, first, own) in enumerate(operation["facts"]["statistics"]):
                told = torch.tensor([previous, first, own])
                one = wanted[head]
                near(told, torch.stack([one.diagonal(-1).mean(), one[:, 0].mean(), one.diagonal().mean()]), 1e-5)
    finally:
        names["SECONDS_AT_ONCE"] = patience


class Hopfield:
    def __init__(self, pattern):
        self.weights = torch.outer(pattern, pattern) - torch.eye(len(pattern))

    def energy(self, state):
        return -0.5 * state @ self.weights @ state


def test_energies_are_recorded_with_their_states_and_say_where_they_rise():
    pattern = torch.tensor([1.0, -1.0, 1.0, -1.0])
    network, state = Hopfield(pattern), pattern.clone()
    for flip in (0, 0, 1):
        state[flip] *= -1
        network.energy(state)
    recorded = drained()
    assert [operation["what"] for operation, _ in recorded] == ["energy"] * 3
    assert [operation["facts"]["energy"] for operation, _ in recorded] == [0.0, -6.0, 0.0]
    assert [operation["facts"]["rose"] for operation, _ in recorded] == [False, False, True]
    assert torch.equal(recorded[2][1]["state"], state)


def stops(condition, work):
    """The operations at which a condition would have stopped the program."""
    builtins.__mnemo__.watch([{"id": 1, **condition}])
    try:
        work()
    finally:
        builtins.__mnemo__.watch([])
    return [operation["id"] for operation, _ in drained() if "stopped" in operation]


def test_conditions_hold_for_what_they_say():
    x = torch.zeros(1, 1, 3, 2)
    key = torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 9.0]]).reshape(1, 1, 3, 2)
    looks = torch.tensor([[0.0, 9.0]]).reshape(1, 1, 1, 2)

    def attend():
        F.scaled_dot_product_attention(x, key, key)
        F.scaled_dot_product_attention(looks, key, key)

    token = {"what": "attention", "condition": "weight", "slot": 2, "above": 0.5}
    assert len(stops(token, attend)) == 1
    assert len(stops({**token, "slot": 7}, attend)) == 0
    assert len(stops({"what": "attention", "condition": "entropy", "below": 0.1}, attend)) == 1
    assert len(stops({"what": "any"}, attend)) == 2
    assert len(stops({"what": "any", "condition": "nan"}, lambda: F.scaled_dot_product_attention(x * math.nan, key, key))) == 1

    def rise():
        network = Hopfield(torch.ones(3))
        for state in (torch.ones(3), -torch.ones(3), torch.tensor([1.0, 1.0, -1.0])):
            network.energy(state)

    assert len(stops({"what": "energy", "condition": "energy-rises"}, rise)) == 1
    assert len(stops({"what": "any"}, rise)) == 0


def test_a_probe_stops_only_for_a_memory_event():
    builtins.__mnemo__.watch([{"id": 1, "what": "energy", "condition": "energy-rises"}])
    try:
        answers = [builtins.__mnemo__.probe("p", {"model.energy(x)": value}) for value in (3.0, 2.0, 2.5)]
    finally:
        builtins.__mnemo__.watch([])
    assert answers == ["", "", "stop"]


def test_draining_and_describing_is_no_operation():
    x = torch.randn(1, 2, 3, 4)
    F.scaled_dot_product_attention(x, x, x)
    drained()
    frame(x=x)
    assert drained() == []


def trained(seed):
    torch.manual_seed(seed)
    embed, attention, layer = nn.Linear(6, 8), nn.MultiheadAttention(8, 2, dropout=0.1), nn.LSTM(8, 5)
    parameters = [*embed.parameters(), *attention.parameters(), *layer.parameters()]
    optimiser = torch.optim.Adam(parameters, 1e-2)
    losses = []
    for _ in range(8):
        x = embed(torch.randn(7, 3, 6))
        x, _ = attention(x, x, x)
        loss = layer(x)[0].square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if hasattr(builtins, "__mnemo__"):
            frame(x=x, loss=loss)
            drained()
    return losses, [parameter.detach().clone() for parameter in parameters]


def test_training_goes_the_same_way_bit_for_bit():
    with_helper = trained(11)
    builtins.__mnemo__.uninstall()
    without = trained(11)
    install()
    assert with_helper[0] == without[0]
    assert all(torch.equal(one, other) for one, other in zip(with_helper[1], without[1]))


def test_tracers_of_torch_see_through_the_hooks():
    class Attention(nn.Module):
        def forward(self, x):
            return torch.matmul(F.softmax(x @ x.transpose(1, 2), -1), x) + F.scaled_dot_product_attention(x, x, x)

    module, x = Attention(), torch.randn(2, 3, 4)
    wanted = module(x)
    drained()
    for made in (
        torch.compile(module, fullgraph=True, backend="eager"),
        torch.jit.script(module),
        torch.jit.trace(module, x),
        torch.export.export(module, (x,)).module(),
    ):
        near(made(x), wanted)
    near(torch.func.vmap(module)(x[None])[0], wanted)
    assert torch.fx.symbolic_trace(module)(x).shape == wanted.shape


def test_a_model_with_a_memory_can_be_compiled_scripted_and_traced():
    class Slots(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("memory", torch.ones(4, 3))

        def read(self, w):
            return w @ self.memory

        def forward(self, w):
            return self.read(w) * 2

    module, w = Slots(), torch.softmax(torch.arange(4.0), 0)
    wanted = module(w)
    assert [operation["what"] for operation, _ in drained()] == ["read"]
    for made in (
        torch.compile(module, fullgraph=True, backend="eager"),
        torch.jit.script(module),
        torch.jit.trace(module, w),
        torch.export.export(module, (w,)).module(),
    ):
        near(made(w), wanted)
    assert "aten::clone" not in str(torch.jit.trace(module, w).graph)
    # A tracer runs the module by itself too, to check.
    drained()
    near(module(w), wanted)
    assert len(drained()) == 1


def test_an_error_of_the_program_stays_the_same():
    try:
        F.scaled_dot_product_attention(torch.ones(2, 3), torch.ones(2, 5), torch.ones(2, 5))
    except RuntimeError as error:
        assert "mnemo" not in str(error)
    else:
        raise AssertionError("the program did not see its error")


def test_a_helper_waits_for_memory_events_from_the_moment_on_at_which_it_is_put_in_place():
    builtins.__mnemo__.uninstall()
    try:
        install(WATCHES=json.dumps([{"id": 5, "what": "read"}]))
        Memory().read(torch.softmax(torch.arange(4.0), 0))
        assert [operation.get("stopped") for operation, _ in drained()] == [5]
    finally:
        builtins.__mnemo__.uninstall()
        install()


def test_a_child_has_nothing_of_its_parent_and_records_with_a_helper_of_its_own():
    memory, w = Memory(), torch.softmax(torch.arange(4.0), 0)
    memory.read(w)
    kept = decode(builtins.__mnemo__.drain(0))["path"]
    memory.read(w)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            memory.read(w)
            silent = len(drained())
            install()
            memory.read(w)
            own = len(drained())
            builtins.__mnemo__.uninstall()
            told = "%d %d %s" % (silent, own, hasattr(Memory.read, "__mnemoscope__"))
        except BaseException as error:
            told = repr(error)
        os.write(writing, told.encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1000) == b"0 1 False"
    assert os.path.exists(kept) and len(drained()) == 1
    builtins.__mnemo__.remove_file(kept)


def test_uninstalling_leaves_nothing():
    builtins.__mnemo__.uninstall()
    try:
        for (owner, name), original in originals.items():
            assert getattr(owner, name) is original or getattr(owner, name) == original, (owner, name)
        assert not hasattr(builtins, "__mnemo__")
        assert torch.backends.mha.get_fastpath_enabled()
        assert not hasattr(Memory.read, "__mnemoscope__")
        assert not any("AfterImport" in type(finder).__name__ for finder in sys.meta_path)
    finally:
        install()


install()
torch.manual_seed(0)
# Words of the tests that are wanted; without any, all are.
wanted = sys.argv[2:]
for name, run in [(name, run) for name, run in list(globals().items()) if name.startswith("test_")]:
    if wanted and not any(word in name for word in wanted):
        continue
    result = {"test": name.removeprefix("test_")}
    drained()
    try:
        run()
    except ImportError as error:
        result["skip"] = str(error)
    except Exception:
        result["error"] = traceback.format_exc(limit=-4)
    print(json.dumps(result), flush=True)
