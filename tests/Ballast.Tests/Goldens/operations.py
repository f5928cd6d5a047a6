"""Writes operations.json: differentiable operations of PyTorch 1.13.1 on CPU with their gradients. Run by hand in this
folder."""
import torch
from golden import flat, grads, save

g = torch.Generator().manual_seed(1986)
cases = []


def case(op, function, *inputs, **arguments):
    for x in inputs:
        x.requires_grad_()
    y = function(*inputs)
    cotangent = torch.randn(y.shape, generator=g)
    shapes = " ".join(str(list(x.shape)) for x in inputs)
    cases.append({"name": f"{op} {shapes}" + "".join(f" {k} {v}" for k, v in arguments.items()), "op": op,
                  **arguments, "inputs": [{"shape": list(x.shape), "values": flat(x)} for x in inputs],
                  "shape": list(y.shape), "output": flat(y), "cotangent": flat(cotangent),
                  "grads": [flat(v) for v in grads(y, cotangent, *inputs)]})


def randn(*shape):
    return torch.randn(shape, generator=g)


def positive(*shape):
    return torch.rand(shape, generator=g) + 0.25


PAIRS = (((3, 4), (3, 4)), ((19,), (19,)), ((3, 4), (4,)), ((3, 4), (3, 1)), ((2, 3, 5), (3, 1)), ((2, 3), ()))
for a, b in PAIRS:
    case("add", torch.add, randn(*a), randn(*b))
    case("sub", torch.sub, randn(*a), randn(*b))
    case("mul", torch.mul, randn(*a), randn(*b))
    case("div", torch.div, randn(*a), positive(*b))
for op in ("neg", "exp", "tanh", "sigmoid", "relu", "square", "abs"):
    case(op, getattr(torch, op), randn(3, 7))
for op in ("log", "sqrt", "reciprocal"):
    case(op, getattr(torch, op), positive(3, 7))
for m, k, n in ((1, 1, 1), (2, 3, 4), (3, 17, 5), (8, 4, 33), (5, 1, 6)):
    case("matmul", torch.matmul, randn(m, k), randn(k, n))
case("transpose", lambda x: x.t(), randn(3, 5))
case("reshape", lambda x: x.reshape(2, 6), randn(3, 4))
case("sum", torch.sum, randn(3, 5))
case("mean", torch.mean, randn(3, 5))
for axis in (0, 1):
    case("sum", lambda x: x.sum(axis), randn(3, 5), axis=axis)
    case("mean", lambda x: x.mean(axis), randn(3, 5), axis=axis)
for shape in ((1, 1), (3, 5), (2, 19)):
    case("softmax", lambda x: x.softmax(1), randn(*shape) * 3, axis=1)
    case("log_softmax", lambda x: x.log_softmax(1), randn(*shape) * 3, axis=1)
save("operations.json", cases=cases)
