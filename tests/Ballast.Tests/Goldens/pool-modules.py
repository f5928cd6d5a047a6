"""Writes pool-modules.json: pools over one to three axes of PyTorch 1.13.1 on CPU, and their inverses. Run by hand in this folder."""
from torch import nn
from torch.nn import functional as f
from modules import case, refused, write

m1, m2, m3, a1, a2, a3 = nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d
case("new MaxPool1d(3)", lambda: m1(3), (2, 2, 7))
case("new MaxPool1d(3, 2, 1, 2, true)", lambda: m1(3, 2, 1, 2, ceil_mode=True), (1, 3, 10), whole=True)
case("new MaxPool2d((2, 3))", lambda: m2((2, 3)), (1, 2, 4, 6))
case("new MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2))", lambda: m2((3, 2), (2, 1), (1, 0), (1, 2)), (2, 3, 5, 4), whole=True)
case("new MaxPool2d((1, 3), (1, 2), (0, 1), 1, true)", lambda: m2((1, 3), (1, 2), (0, 1), 1, ceil_mode=True), (1, 2, 3, 4))
case("new MaxPool3d(2)", lambda: m3(2), (1, 2, 4, 4, 5))
case("new MaxPool3d((2, 1, 3), (1, 2, 2), (1, 0, 1), (2, 1, 1), true)", lambda: m3((2, 1, 3), (1, 2, 2), (1, 0, 1), (2, 1, 1), ceil_mode=True),
     (1, 2, 4, 3, 4), whole=True)
case("new AvgPool1d(3)", lambda: a1(3), (2, 2, 7))
case("new AvgPool1d(3, 2, 1, true, false)", lambda: a1(3, 2, 1, True, False), (1, 3, 8))
case("new AvgPool2d((2, 3), (1, 2), (1, 0))", lambda: a2((2, 3), (1, 2), (1, 0)), (1, 2, 4, 7))
case("new AvgPool2d((2, 3), 2, 1, true, false)", lambda: a2((2, 3), 2, 1, True, False), (1, 2, 4, 5))
case("new AvgPool2d((2, 3), 2, 1, divisorOverride: 5)", lambda: a2((2, 3), 2, 1, divisor_override=5), (1, 2, 4, 5))
case("new AvgPool3d(2)", lambda: a3(2), (1, 2, 4, 3, 4))
case("new AvgPool3d((2, 1, 3), (1, 2, 2), (1, 0, 1), true)", lambda: a3((2, 1, 3), (1, 2, 2), (1, 0, 1), True), (1, 2, 3, 3, 4))
case("new AvgPool3d(3, 2, 1, false, false)", lambda: a3(3, 2, 1, False, False), (1, 1, 4, 3, 4))
for kind in ("Avg", "Max"):
    whole = kind == "Max"
    p1, p2, p3 = (getattr(nn, f"Adaptive{kind}Pool{n}d") for n in (1, 2, 3))
    case(f"new Adaptive{kind}Pool1d(3)", lambda: p1(3), (2, 2, 7), whole=whole)
    case(f"new Adaptive{kind}Pool2d(1)", lambda: p2(1), (2, 3, 4, 3), whole=whole)
    case(f"new Adaptive{kind}Pool2d((3, 2))", lambda: p2((3, 2)), (1, 2, 5, 4), whole=whole)
    case(f"new Adaptive{kind}Pool2d((null, 5))", lambda: p2((None, 5)), (1, 2, 3, 3), whole=whole)
    case(f"new Adaptive{kind}Pool3d((2, null, 3))", lambda: p3((2, None, 3)), (1, 2, 3, 2, 4), whole=whole)
    case(f"new Adaptive{kind}Pool3d(2)", lambda: p3(2), (1, 2, 3, 2, 4), whole=whole)
case("new LPPool1d(2, 3)", lambda: nn.LPPool1d(2, 3), (1, 2, 7))
case("new LPPool1d(1, 2, 1)", lambda: nn.LPPool1d(1, 2, 1), (1, 2, 5))
case("new LPPool2d(2, (2, 3), (1, 2), true)", lambda: nn.LPPool2d(2, (2, 3), (1, 2), True), (1, 2, 4, 6))
case("new LPPool2d(4, 2)", lambda: nn.LPPool2d(4, 2), (1, 2, 4, 4))
case("new FractionalMaxPool2d(2, 3)", lambda: nn.FractionalMaxPool2d(2, 3), (2, 3, 7, 6), double=False)
case("new FractionalMaxPool2d((3, 2), (2, 4))", lambda: nn.FractionalMaxPool2d((3, 2), (2, 4)), (2, 2, 9, 8), double=False)
case("new FractionalMaxPool2d(2, outputRatio: 0.6)", lambda: nn.FractionalMaxPool2d(2, output_ratio=0.6), (1, 3, 8, 7), double=False)
# Without the axis N.
case("new MaxPool1d(3)", lambda: m1(3), (2, 7))
case("new MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2))", lambda: m2((3, 2), (2, 1), (1, 0), (1, 2)), (3, 5, 4), whole=True)
case("new MaxPool3d(2)", lambda: m3(2), (2, 4, 4, 5))
case("new AvgPool1d(3, 2, 1, true, false)", lambda: a1(3, 2, 1, True, False), (3, 8))
case("new AvgPool2d((2, 3), 2, 1, divisorOverride: 5)", lambda: a2((2, 3), 2, 1, divisor_override=5), (2, 4, 5))
case("new AvgPool3d(3, 2, 1, false, false)", lambda: a3(3, 2, 1, False, False), (1, 4, 3, 4))
for kind in ("Avg", "Max"):
    p1, p2, p3 = (getattr(nn, f"Adaptive{kind}Pool{n}d") for n in (1, 2, 3))
    case(f"new Adaptive{kind}Pool1d(3)", lambda: p1(3), (2, 7))
    case(f"new Adaptive{kind}Pool2d((null, 5))", lambda: p2((None, 5)), (2, 3, 3))
    case(f"new Adaptive{kind}Pool3d((2, null, 3))", lambda: p3((2, None, 3)), (2, 3, 2, 4))
case("new LPPool1d(2, 3)", lambda: nn.LPPool1d(2, 3), (2, 7))
case("new LPPool2d(2, (2, 3), (1, 2), true)", lambda: nn.LPPool2d(2, (2, 3), (1, 2), True), (2, 4, 6))
case("new FractionalMaxPool2d((3, 2), (2, 4))", lambda: nn.FractionalMaxPool2d((3, 2), (2, 4)), (2, 9, 8), double=False)
case("new FractionalMaxPool2d(2, outputRatio: 0.6)", lambda: nn.FractionalMaxPool2d(2, output_ratio=0.6), (3, 8, 7), double=False)


def unpool(n, kernel, stride, padding, size=None):
    def call(module, x):
        y, places = getattr(f, f"max_pool{n}d")(x, kernel, stride, padding, return_indices=True)
        return module(y * y, places) if size is None else module(y * y, places, output_size=size)
    return call


case("new MaxUnpool1d(2)", lambda: nn.MaxUnpool1d(2), (2, 2, 6), call=unpool(1, 2, 2, 0))
case("new MaxUnpool1d(2, 2, 1)", lambda: nn.MaxUnpool1d(2, 2, 1), (1, 2, 6), call=unpool(1, 2, 2, 1))
case("new MaxUnpool2d((2, 3), 3)", lambda: nn.MaxUnpool2d((2, 3), 3), (1, 2, 5, 6), call=unpool(2, (2, 3), 3, 0))
case("new MaxUnpool2d(2) to (5, 5)", lambda: nn.MaxUnpool2d(2), (1, 2, 5, 5), call=unpool(2, 2, 2, 0, (5, 5)))
case("new MaxUnpool3d((1, 2, 2))", lambda: nn.MaxUnpool3d((1, 2, 2)), (1, 2, 2, 4, 4), call=unpool(3, (1, 2, 2), None, 0))
# Windows that overlap share their largest values.
case("new MaxUnpool1d(2, 1)", lambda: nn.MaxUnpool1d(2, 1), (2, 2, 6), call=unpool(1, 2, 1, 0))
case("new MaxUnpool2d(3, (1, 2))", lambda: nn.MaxUnpool2d(3, (1, 2)), (1, 2, 5, 7), call=unpool(2, 3, (1, 2), 0))
case("new MaxUnpool3d(2, 1)", lambda: nn.MaxUnpool3d(2, 1), (1, 2, 3, 3, 4), call=unpool(3, 2, 1, 0))
case("new MaxUnpool1d(2, 1)", lambda: nn.MaxUnpool1d(2, 1), (2, 6), call=unpool(1, 2, 1, 0))
case("new MaxUnpool2d(2) to (5, 5)", lambda: nn.MaxUnpool2d(2), (2, 5, 5), call=unpool(2, 2, 2, 0, (5, 5)))
case("new MaxUnpool3d(2, 1)", lambda: nn.MaxUnpool3d(2, 1), (2, 3, 3, 4), call=unpool(3, 2, 1, 0))
for n, shape in ((1, (2, 2, 6)), (2, (1, 2, 4, 5)), (3, (1, 2, 3, 4, 3)), (1, (2, 6)), (2, (2, 4, 5)), (3, (2, 3, 4, 3))):
    case(f"F.MaxPool{n}dWithIndices(x, 2).Indices", lambda: nn.Identity(), shape,
         call=lambda m, x: getattr(f, f"max_pool{n}d_with_indices")(x, 2)[1].to(x.dtype) + 0 * x.sum(), whole=True)
    case(f"F.AdaptiveMaxPool{n}dWithIndices(x, 2).Indices", lambda: nn.Identity(), shape,
         call=lambda m, x: getattr(f, f"adaptive_max_pool{n}d_with_indices")(x, 2)[1].to(x.dtype) + 0 * x.sum(), whole=True)

refused("new MaxPool2d((2, 3), 2, (0, 2))", lambda: m2((2, 3), 2, (0, 2)), (1, 2, 4, 6))
refused("new AvgPool2d((2, 3), 2, 1, divisorOverride: 0)", lambda: a2((2, 3), 2, 1, divisor_override=0), (1, 2, 4, 5))
refused("new AvgPool3d(2)", lambda: a3(2), (1, 2, 4, 1, 4))
refused("new AvgPool3d(2)", lambda: a3(2), (2, 4, 1, 4))
refused("new MaxPool1d(3)", lambda: m1(3), (7,))
refused("new AdaptiveAvgPool2d((3, 2))", lambda: nn.AdaptiveAvgPool2d((3, 2)), (1, 2))
refused("new AdaptiveAvgPool2d(-1)", lambda: nn.AdaptiveAvgPool2d(-1), (1, 2, 3, 3))
refused("new AdaptiveMaxPool2d((3, 2))", lambda: nn.AdaptiveMaxPool2d((3, 2)), (1, 2, 0, 4))
refused("new FractionalMaxPool2d(2, 3)", lambda: nn.FractionalMaxPool2d(2, 3), (1, 2, 3, 6))
refused("new FractionalMaxPool2d(2)", lambda: nn.FractionalMaxPool2d(2), (1, 2, 3, 6))
refused("new FractionalMaxPool2d(2, outputRatio: 1.5)", lambda: nn.FractionalMaxPool2d(2, output_ratio=1.5), (1, 2, 6, 6))
refused("new MaxUnpool2d(2) to (5, 5)", lambda: nn.MaxUnpool2d(2), (1, 2, 9, 5), call=unpool(2, 2, 2, 0, (5, 5)))
write("pool-modules.json")
