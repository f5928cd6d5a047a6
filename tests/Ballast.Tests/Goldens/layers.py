"""Writes linear.json, relu.json and crossentropy.json: layers of PyTorch 1.13.1 on CPU with their gradients. Run by hand
in this folder."""
import torch
from torch.nn import functional
from golden import flat, grads, save

g = torch.Generator().manual_seed(1998)


def linear(n, inputs, outputs, bias):
    x = torch.randn(n, inputs, generator=g).requires_grad_()
    w = (torch.randn(outputs, inputs, generator=g) / inputs ** 0.5).requires_grad_()
    b = torch.randn(outputs, generator=g).requires_grad_() if bias else None
    cotangent = torch.randn(n, outputs, generator=g)
    y = functional.linear(x, w, b)
    got = list(grads(y, cotangent, *([x, w, b] if bias else [x, w]))) + [None]
    return {"name": f"{n} x {inputs} to {outputs}{'' if bias else ' without bias'}", "n": n, "inputs": inputs,
            "outputs": outputs, "input": flat(x), "weight": flat(w), "bias": flat(b), "output": flat(y),
            "cotangent": flat(cotangent), "grad_input": flat(got[0]), "grad_weight": flat(got[1]),
            "grad_bias": flat(got[2])}


save("linear.json", cases=[linear(*c) for c in (
    (1, 1, 1, True), (2, 3, 4, True), (2, 3, 4, False), (10, 17, 5, True), (7, 64, 10, True), (3, 33, 31, True),
    (1, 20, 33, True), (16, 8, 32, False))])


def relu(name, x):
    x.requires_grad_()
    cotangent = torch.randn(x.shape, generator=g)
    y = functional.relu(x)
    return {"name": name, "shape": list(x.shape), "input": flat(x), "output": flat(y), "cotangent": flat(cotangent),
            "grad_input": flat(grads(y, cotangent, x)[0])}


save("relu.json", cases=[
    relu("random", torch.randn(5, 7, generator=g)),
    relu("three axes", torch.randn(2, 3, 5, generator=g)),
    relu("at and near zero", torch.tensor([0.0, -0.0, 1e-45, -1e-45, 1e-38, -1e-38, 3e38, -3e38])),
    relu("one vector and a tail", torch.randn(67, generator=g))])


def loss(name, logits, targets, reduction, **options):
    logits = logits.clone().requires_grad_()
    value = functional.cross_entropy(logits, targets, reduction=reduction, **options)
    cotangent = torch.randn(value.shape, generator=g)
    return {"name": f"{name}, {reduction}", "shape": list(logits.shape), "logits": flat(logits),
            "targets": targets.tolist(), "reduction": reduction,
            "label_smoothing": options.get("label_smoothing", 0.0), "weight": flat(options.get("weight")),
            "loss": flat(value), "cotangent": flat(cotangent), "grad": flat(grads(value, cotangent, logits)[0])}


def classes(n, c):
    return torch.randint(0, c, (n,), generator=g)


extreme = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [-1e4, -1e4, -1e4], [1e4, 1e4 - 1, 1e4 - 2],
                        [-1e4, 0.0, 1e-3], [88.0, 89.0, -104.0]])
cases = []
for reduction in ("mean", "sum", "none"):
    for n, c in ((1, 1), (1, 2), (4, 10), (7, 3), (2, 67)):
        cases.append(loss(f"{n} x {c}", torch.randn(n, c, generator=g) * 3, classes(n, c), reduction))
    cases.append(loss("extreme logits", extreme, torch.tensor([0, 0, 1, 2, 2, 2]), reduction))
    cases.append(loss("extreme logits, likely classes", extreme, torch.tensor([0, 1, 2, 0, 2, 1]), reduction))
    cases.append(loss("equal logits", torch.full((3, 5), 0.75), torch.tensor([0, 2, 4]), reduction))
    cases.append(loss("label smoothing", torch.randn(4, 6, generator=g), classes(4, 6), reduction,
                      label_smoothing=0.1))
    cases.append(loss("class weights", torch.randn(4, 6, generator=g), classes(4, 6), reduction,
                      weight=torch.rand(6, generator=g) + 0.1))
save("crossentropy.json", cases=cases)
