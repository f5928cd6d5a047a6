"""Writes pooling.json: max_pool2d and avg_pool2d of PyTorch 1.13.1 on CPU with their gradients. Run by hand in this folder."""
import torch
from torch.nn import functional
from golden import flat, grads, save

g = torch.Generator().manual_seed(1980)


def hundredths(*shape):
    return (torch.randn(shape, generator=g) * 100).round() / 100  # short in the file


def case(kind, n, c, h, w, kernel=None, stride=None, padding=0, dilation=1, ceil=False, count=True, whole=False):
    # Whole numbers have many equal values in a window: the gradient must go to the first.
    x = torch.randint(-3, 4, (n, c, h, w), generator=g).float() if whole else hundredths(n, c, h, w)
    exact = x.double().requires_grad_()  # so that the numbers are nobody's rounding but the last
    if kind == "max":
        y = functional.max_pool2d(exact, kernel, stride, padding, dilation, ceil)
    elif kind == "avg":
        y = functional.avg_pool2d(exact, kernel, stride, padding, ceil, count)
    else:
        y = functional.adaptive_avg_pool2d(exact, 1)
    cotangent = hundredths(*y.shape)
    dx, = grads(y, cotangent.double(), exact)
    settings = "" if kind == "global" else (
        f", kernel {kernel}, stride {stride or kernel}, padding {padding}, dilation {dilation}"
        f"{', ceil' if ceil else ''}{'' if count else ', padding not counted'}{', whole numbers' if whole else ''}")
    return {"name": f"{kind} {n}x{c}x{h}x{w}{settings}", "kind": kind, "shape": [n, c, h, w], "kernel": kernel,
            "stride": stride, "padding": padding, "dilation": dilation, "ceil": ceil, "count": count, "input": flat(x),
            "output_shape": list(y.shape), "output": flat(y.float()), "cotangent": flat(cotangent),
            "grad_input": flat(dx.float())}


save("pooling.json", cases=[
    case("max", 1, 1, 1, 1, 1),
    case("max", 2, 3, 8, 8, 2),
    case("max", 2, 17, 7, 5, 2),
    case("max", 2, 3, 7, 5, 2, ceil=True),
    case("max", 1, 20, 9, 8, 3, 2, 1),
    case("max", 1, 3, 9, 8, 3, 2, 1, ceil=True),
    case("max", 2, 4, 6, 7, 3, 1, 1, whole=True),
    case("max", 1, 5, 8, 8, 2, whole=True),
    case("max", 1, 2, 11, 10, 3, 2, 1, 2),
    case("max", 1, 2, 10, 9, 2, 3),
    case("max", 1, 3, 2, 2, 3, 2, ceil=True),
    case("max", 1, 2, 5, 6, 5, 1, 2, whole=True),
    case("max", 1, 70, 4, 4, 2, 1),
    case("avg", 1, 1, 1, 1, 1),
    case("avg", 2, 3, 8, 8, 2),
    case("avg", 2, 17, 7, 5, 2),
    case("avg", 2, 3, 7, 5, 2, ceil=True),
    case("avg", 1, 20, 9, 8, 3, 2, 1),
    case("avg", 1, 3, 9, 8, 3, 2, 1, count=False),
    case("avg", 1, 3, 9, 8, 3, 2, 1, ceil=True),
    case("avg", 1, 3, 9, 8, 3, 2, 1, ceil=True, count=False),
    case("avg", 1, 2, 10, 9, 2, 3),
    case("avg", 1, 3, 2, 2, 3, 2, ceil=True),
    case("avg", 1, 70, 4, 4, 2, 1),
    case("global", 2, 3, 5, 7),
    case("global", 1, 18, 8, 8),
    case("global", 3, 5, 1, 1),
])
