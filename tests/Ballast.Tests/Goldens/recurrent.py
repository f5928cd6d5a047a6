"""Writes recurrent.json: recurrent layers and cells of PyTorch 1.13.1 on CPU over drawn configurations. Run by hand in this folder."""
import hashlib
import random
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from golden import flat, save

random.seed(11)
cases, cells = [], []


def digest(module):
    sha = hashlib.sha256()
    for value in module.parameters():
        sha.update(value.detach().numpy().tobytes())
    return sha.hexdigest()[:16]


for i in range(36):
    seed = 300 + i
    kind = ("RNN", "LSTM", "GRU")[i % 3]
    torch.manual_seed(seed)
    options = {"num_layers": random.choice((1, 1, 2)), "bias": random.random() < 0.8, "batch_first": random.random() < 0.5,
               "dropout": random.choice((0.0, 0.0, 0.4)), "bidirectional": random.random() < 0.4}
    if options["num_layers"] == 1:
        options["dropout"] = 0.0
    inputs, hidden = random.choice((1, 3, 5)), random.choice((1, 2, 4, 7))
    if i in (1, 2, 4):
        inputs, hidden, options = 2, 17, {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
    relu = kind == "RNN" and i % 2 == 1
    layer = getattr(nn, kind)(inputs, hidden, **options, **({"nonlinearity": "relu"} if relu else {}))
    steps, batch = random.randint(1, 5), random.randint(1, 4)
    if i == 4:
        steps, batch = 2, 11
    packed = random.choice((None, None, "sorted", "any"))
    single = packed is None and random.random() < 0.15
    directions = options["num_layers"] * (2 if options["bidirectional"] else 1)
    shape = [steps, inputs] if single else [batch, steps, inputs] if options["batch_first"] else [steps, batch, inputs]
    x = torch.randn(shape, requires_grad=True)
    first = [torch.randn([directions, hidden] if single else [directions, batch, hidden], requires_grad=True)
             for _ in range(2 if kind == "LSTM" else 1)] if random.random() < 0.6 else None
    lengths = None
    given = x
    if packed:
        lengths = [random.randint(1, steps) for _ in range(batch)]
        if packed == "sorted":
            lengths.sort(reverse=True)
        given = pack_padded_sequence(x, lengths, options["batch_first"], packed == "sorted")
    torch.manual_seed(seed)
    state = None if first is None else tuple(first) if kind == "LSTM" else first[0]
    y, last = layer(given, state)
    if packed:
        y, back = pad_packed_sequence(y, options["batch_first"], padding_value=0.5)
        assert back.tolist() == lengths
    last = list(last) if kind == "LSTM" else [last]
    results = [y] + last
    cotangents = [torch.randn(r.shape) for r in results]
    wanted = [x] + list(layer.parameters()) + (first or [])
    grads = torch.autograd.grad(results, wanted, cotangents)
    cases.append({"seed": seed, "kind": kind, "relu": relu, "inputs": inputs, "hidden": hidden, **options, "digest": digest(layer),
                  "keys": list(layer.state_dict()), "lengths": lengths, "sorted": packed == "sorted", "shape": shape, "x": flat(x),
                  "first": None if first is None else [flat(v) for v in first], "results": [flat(v) for v in results],
                  "cotangents": [flat(v) for v in cotangents], "grads": [flat(v) for v in grads]})
for i in range(9):
    seed = 400 + i
    kind = ("RNNCell", "LSTMCell", "GRUCell")[i % 3]
    torch.manual_seed(seed)
    bias, relu = i != 4, i == 3
    layer = getattr(nn, kind)(3, 5, bias, **({"nonlinearity": "relu"} if relu else {}))
    shape = [3] if i > 5 else [4, 3]
    x = torch.randn(shape, requires_grad=True)
    first = None if i < 3 else [torch.randn(shape[:-1] + [5], requires_grad=True) for _ in range(2 if kind == "LSTMCell" else 1)]
    results = layer(x, None if first is None else tuple(first) if kind == "LSTMCell" else first[0])
    results = list(results) if kind == "LSTMCell" else [results]
    cotangents = [torch.randn(r.shape) for r in results]
    grads = torch.autograd.grad(results, [x] + list(layer.parameters()) + (first or []), cotangents)
    cells.append({"seed": seed, "kind": kind, "relu": relu, "bias": bias, "digest": digest(layer), "keys": list(layer.state_dict()), "shape": shape,
                  "x": flat(x), "first": None if first is None else [flat(v) for v in first], "results": [flat(v) for v in results],
                  "cotangents": [flat(v) for v in cotangents], "grads": [flat(v) for v in grads]})
projected = []
for i in range(8):
    seed = 500 + i
    torch.manual_seed(seed)
    options = {"num_layers": 1 + i % 2, "bias": i != 3, "batch_first": i in (1, 6), "dropout": 0.0, "bidirectional": i in (2, 3, 6)}
    inputs, hidden, size, steps, batch = 3, 6, (1, 2, 4)[i % 3], 4, 3
    layer = nn.LSTM(inputs, hidden, proj_size=size, **options)
    single, packed = i == 4, {5: "sorted", 6: "any", 7: "any"}.get(i)
    directions = options["num_layers"] * (2 if options["bidirectional"] else 1)
    shape = [steps, inputs] if single else [batch, steps, inputs] if options["batch_first"] else [steps, batch, inputs]
    x = torch.randn(shape, requires_grad=True)
    first = [torch.randn([directions, n] if single else [directions, batch, n], requires_grad=True) for n in (size, hidden)] if i > 1 else None
    lengths = None
    given = x
    if packed:
        lengths = [4, 2, 1] if packed == "sorted" else [2, 4, 1]
        given = pack_padded_sequence(x, lengths, options["batch_first"], packed == "sorted")
    y, last = layer(given, None if first is None else tuple(first))
    if packed:
        y, _ = pad_packed_sequence(y, options["batch_first"], padding_value=0.5)
    results = [y] + list(last)
    cotangents = [torch.randn(r.shape) for r in results]
    grads = torch.autograd.grad(results, [x] + list(layer.parameters()) + (first or []), cotangents)
    projected.append({"seed": seed, "kind": "LSTM", "relu": False, "inputs": inputs, "hidden": hidden, "proj_size": size, **options,
                      "digest": digest(layer), "keys": list(layer.state_dict()), "lengths": lengths, "sorted": packed == "sorted", "shape": shape,
                      "x": flat(x), "first": None if first is None else [flat(v) for v in first], "results": [flat(v) for v in results],
                      "cotangents": [flat(v) for v in cotangents], "grads": [flat(v) for v in grads]})
save("recurrent.json", cases=cases, cells=cells, projected=projected)
