"""Writes reductions.json: reductions, orders, scans and products of PyTorch 1.13.1 on CPU with their gradients. Run by hand in this
folder."""
import torch
from golden import flat, save

g = torch.Generator().manual_seed(1987)
cases = []


def text(values):
    """Numbers as they are, and what JSON has no numbers for as text."""
    return [v if isinstance(v, int) or abs(v) < float("inf") else str(v) for v in values]


def case(op, function, *inputs, **arguments):
    inputs = [x.clone().requires_grad_() for x in inputs]
    y = function(*inputs)
    indices = None
    if isinstance(y, tuple):
        y, indices = y
    cotangent = torch.randn(y.shape, generator=g)
    y.backward(cotangent)
    cases.append({"name": op, **arguments, "inputs": [{"shape": list(x.shape), "values": text(flat(x))} for x in inputs],
                  "shape": list(y.shape), "output": text(flat(y)), "indices": None if indices is None else flat(indices),
                  "cotangent": flat(cotangent), "grads": [text(flat(x.grad)) for x in inputs]})


def randn(*shape):
    return torch.randn(shape, generator=g)


def tied(*shape):
    return torch.randint(-2, 3, shape, generator=g).float()


spoiled = torch.tensor([[1.0, float("nan"), 3.0, 1.0], [float("inf"), 2.0, 2.0, -1.0], [float("-inf"), 0.0, -0.0, 0.0]])
for x in (tied(3, 4, 2), randn(2, 5)):
    for dim in range(x.dim()):
        case("amax", lambda t: t.amax(dim), x, axis=dim)
        case("amin", lambda t: t.amin(dim), x, axis=dim)
        case("max", lambda t: tuple(t.max(dim)), x, axis=dim)
        case("min", lambda t: tuple(t.min(dim)), x, axis=dim)
        case("prod", lambda t: t.prod(dim), x, axis=dim)
        case("var", lambda t: t.var(dim, unbiased=True), x, axis=dim)
        case("std", lambda t: t.std(dim, unbiased=True), x, axis=dim)
        case("logsumexp", lambda t: t.logsumexp(dim), x, axis=dim)
        case("cumsum", lambda t: t.cumsum(dim), x, axis=dim)
        case("cumprod", lambda t: t.cumprod(dim), x, axis=dim)
        case("softmax", lambda t: t.softmax(dim), x, axis=dim)
        case("log_softmax", lambda t: t.log_softmax(dim), x, axis=dim)
        case("sort", lambda t: tuple(t.sort(dim=dim, stable=True)), x, axis=dim)
        case("sort descending", lambda t: tuple(t.sort(dim=dim, stable=True, descending=True)), x, axis=dim)
        for p in (0.5, 1, 2, 3, "inf", "-inf"):
            case("norm", lambda t: torch.linalg.vector_norm(t, float(p), dim), x, axis=dim, p=p)
    case("max all", lambda t: t.max(), x)
    case("min all", lambda t: t.min(), x)
    case("median all", lambda t: t.median(), x)
x = randn(3, 7)
case("topk", lambda t: tuple(t.topk(3, 1)), x, axis=1, k=3)
case("kthvalue", lambda t: tuple(t.kthvalue(2, 1)), x, axis=1, k=2)
case("median", lambda t: tuple(t.median(1)), x, axis=1)
for op in ("max", "min", "median"):
    case(op, lambda t: tuple(getattr(t, op)(1)), spoiled, axis=1)
case("sort", lambda t: tuple(t.sort(dim=1, stable=True)), spoiled, axis=1)
case("sort descending", lambda t: tuple(t.sort(dim=1, stable=True, descending=True)), spoiled, axis=1)
case("max all", lambda t: t.max(), spoiled)
for a, b in (((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 2, 3), (3, 2)), ((2, 1, 2, 3), (3, 3, 2)), ((2, 3), (2, 3, 2)), ((2, 2, 3), (3,))):
    case("matmul", torch.matmul, randn(*a), randn(*b))
for equation, *shapes in (("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("bhid,bhjd->bhij", (1, 2, 2, 3), (1, 2, 3, 3)), ("ij->", (2, 3)),
                          ("ii->i", (3, 3)), ("...ij,...jk", (2, 2, 3), (3, 2)), ("bi,bj,ijk->bk", (2, 2), (2, 3), (2, 3, 2))):
    case("einsum", lambda *t: torch.einsum(equation, *t), *[randn(*s) for s in shapes], equation=equation)
save("reductions.json", cases=cases)
