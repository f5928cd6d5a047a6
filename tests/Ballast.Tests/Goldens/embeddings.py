"""Writes embeddings.json: embeddings and bags of them of PyTorch 1.13.1 on CPU. Run by hand in this folder."""
import random
import torch
from torch import nn
from golden import flat, save

random.seed(4)
cases, bags = [], []
for i, (shape, padding, norm, p, freq) in enumerate([
        ((2, 3), None, None, 2.0, False), ((7,), 2, None, 2.0, False), ((2, 2, 2), -1, None, 2.0, True), ((5, 4), None, 1.0, 2.0, False),
        ((9,), 0, 1.5, 1.0, True), ((3, 3), None, 0.7, float("inf"), False), ((0, 3), None, None, 2.0, False), ((), 1, None, 2.0, True)]):
    torch.manual_seed(100 + i)
    layer = nn.Embedding(6, 5, padding, norm, p, freq)
    start = flat(layer.weight)
    index = torch.randint(0, 6, shape)
    y = layer(index)
    cotangent = torch.randn(y.shape)
    y.backward(cotangent)
    cases.append({"seed": 100 + i, "shape": list(shape), "padding": padding, "norm": norm, "p": p if p < 9 else None, "freq": freq,
                  "start": start, "index": flat(index), "output": flat(y), "cotangent": flat(cotangent), "weight": flat(layer.weight),
                  "grad": flat(layer.weight.grad)})
for i in range(24):
    torch.manual_seed(200 + i)
    mode = ("sum", "mean", "max")[i % 3]
    last, padding = i % 4 == 3, (None, 2, -1)[i // 3 % 3]
    weighted = mode == "sum" and i % 2 == 0
    freq = mode != "max" and i % 5 == 0
    layer = nn.EmbeddingBag(6, 4, norm_type=2.0, max_norm=1.2 if i % 7 == 0 else None, mode=mode,
                            include_last_offset=last, padding_idx=padding)
    start = flat(layer.weight)
    offsets = None
    if i % 2:
        index = torch.randint(0, 6, (11,))
        offsets = torch.tensor(sorted([0, 0] + [random.randint(0, 11) for _ in range(3)]) + ([11] if last else []))
    else:
        index = torch.randint(0, 6, (4, 3))
    factors = torch.randn(index.shape, requires_grad=True) if weighted else None
    y = layer(index, offsets, factors)
    cotangent = torch.randn(y.shape)
    y.backward(cotangent)
    # By the definition: PyTorch's own division takes the counts of other positions than those of the rows.
    counts = torch.tensor([max(1, int((index == row).sum())) for row in range(6)])
    grad = layer.weight.grad / counts[:, None] if freq else layer.weight.grad
    bags.append({"seed": 200 + i, "mode": mode, "norm": layer.max_norm, "freq": freq, "last": last, "padding": padding,
                 "shape": list(index.shape), "start": start, "index": flat(index), "offsets": flat(offsets), "factors": flat(factors),
                 "output": flat(y), "cotangent": flat(cotangent), "weight": flat(layer.weight), "grad": flat(grad),
                 "grad_factors": flat(factors.grad) if weighted else None})
save("embeddings.json", cases=cases, bags=bags)
