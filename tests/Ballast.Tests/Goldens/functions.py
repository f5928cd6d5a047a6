"""Writes functions.json: functions of single values and of pairs of PyTorch 1.13.1 on CPU with their gradients, computed in float64 and
rounded, and what float32 gives at points where a function bends or ends. Run by hand in this folder."""
import torch
import torch.nn.functional as F
from golden import flat, grads, save

g = torch.Generator().manual_seed(20260611)
POINTS = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1.0, -1.0, 3.0, -3.0, 0.5, -0.5, 1.5, 2.5, -2.5, 6.0, 1e-4, 100.0, -100.0]
ANY, ABOVE = torch.randn(24, generator=g) * 2, torch.rand(24, generator=g) * 4 + 0.05
SINGLE = {
    "Abs": (torch.abs, ANY), "Sign": (torch.sign, ANY), "Square": (torch.square, ANY), "Expm1": (torch.expm1, ANY),
    "Log1p": (torch.log1p, ABOVE), "Log2": (torch.log2, ABOVE), "Log10": (torch.log10, ABOVE), "Sin": (torch.sin, ANY),
    "Cos": (torch.cos, ANY), "Tan": (torch.tan, ANY), "Floor": (torch.floor, ANY), "Ceiling": (torch.ceil, ANY),
    "Round": (torch.round, ANY), "Truncate": (torch.trunc, ANY), "Reciprocal": (torch.reciprocal, ABOVE),
    "Rsqrt": (torch.rsqrt, ABOVE), "Pow 2": (lambda x: x.pow(2), ANY), "Pow 3": (lambda x: x.pow(3), ANY),
    "Pow -2": (lambda x: x.pow(-2), ABOVE), "Pow 0.5": (lambda x: x.pow(0.5), ABOVE), "Pow 1.7": (lambda x: x.pow(1.7), ABOVE),
    "Pow 0": (lambda x: x.pow(0), ANY), "Pow 1": (lambda x: x.pow(1), ANY), "Clamp": (lambda x: x.clamp(-1, 2.5), ANY),
    "Clamp min": (lambda x: x.clamp(min=0.5), ANY), "Clamp crossed": (lambda x: x.clamp(1, -1), ANY),
    "Softplus": (F.softplus, ANY), "Softplus 3 2": (lambda x: F.softplus(x, 3, 2), ANY), "Elu": (F.elu, ANY),
    "Elu 0.3": (lambda x: F.elu(x, 0.3), ANY), "Selu": (F.selu, ANY), "Celu 2": (lambda x: F.celu(x, 2.0), ANY), "Relu6": (F.relu6, ANY),
    "Hardtanh": (F.hardtanh, ANY), "Hardsigmoid": (F.hardsigmoid, ANY), "Hardswish": (F.hardswish, ANY), "Mish": (F.mish, ANY),
    "Softsign": (F.softsign, ANY), "LogSigmoid": (F.logsigmoid, ANY), "Tanhshrink": (F.tanhshrink, ANY),
    "Softshrink": (F.softshrink, ANY), "Hardshrink": (F.hardshrink, ANY), "Threshold": (lambda x: F.threshold(x, 0.5, -7.0), ANY),
    "LeakyRelu": (F.leaky_relu, ANY),
    "Sinh": (torch.sinh, ANY), "Cosh": (torch.cosh, ANY), "Asin": (torch.asin, ANY / 6), "Acos": (torch.acos, ANY / 6),
    "Atan": (torch.atan, ANY), "Asinh": (torch.asinh, ANY), "Acosh": (torch.acosh, ABOVE + 1), "Atanh": (torch.atanh, ANY / 6),
    "Asinh far": (lambda x: torch.asinh(x * 1e15), ANY), "Logit": (torch.logit, ABOVE / 5),
    "Logit 0.2": (lambda x: torch.logit(x, 0.2), ABOVE / 5),
}
PAIRS = {
    "Maximum": torch.maximum, "Minimum": torch.minimum, "Pow": torch.pow, "Atan2": torch.atan2, "Remainder": torch.remainder,
}
PAIR_POINTS = [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, 0.5, float("inf"), float("-inf"), float("nan")]


def texts(values):
    return " ".join(str(v) for v in values.detach().numpy())


cases = []
for name, (function, values) in SINGLE.items():
    x, points = values.double().requires_grad_(), torch.tensor(POINTS).requires_grad_()
    cotangent = torch.randn(x.shape, generator=g)
    y, ends = function(x), function(points)
    (dx,) = grads(y, cotangent.double(), x)
    (slopes,) = torch.autograd.grad(ends.sum(), points)
    cases.append({"name": name, "input": flat(values), "cotangent": flat(cotangent), "output": flat(y.float()),
                  "grad_input": flat(dx.float()), "points": texts(points), "at_points": texts(ends), "slopes": texts(slopes)})
pairs = []
for name, function in PAIRS.items():
    a, b = ABOVE.double().requires_grad_(), ANY.double().requires_grad_()
    left, right = (t.reshape(-1) for t in torch.meshgrid(torch.tensor(PAIR_POINTS), torch.tensor(PAIR_POINTS), indexing="ij"))
    left.requires_grad_(), right.requires_grad_()
    cotangent = torch.randn(a.shape, generator=g)
    y, ends = function(a, b), function(left, right)
    da, db = grads(y, cotangent.double(), a, b)
    sa, sb = torch.autograd.grad(ends.sum(), (left, right))
    pairs.append({"name": name, "left": flat(ABOVE), "right": flat(ANY), "cotangent": flat(cotangent), "output": flat(y.float()),
                  "grad_left": flat(da.float()), "grad_right": flat(db.float()), "points": texts(torch.tensor(PAIR_POINTS)),
                  "at_points": texts(ends), "slopes_left": texts(sa), "slopes_right": texts(sb)})
save("functions.json", cases=cases, pairs=pairs)
