"""Writes shape-modules.json: padding, resampling, shuffling, dropout of channels, distances and lazy layers of PyTorch 1.13.1 and torchvision
0.14 on CPU. Run by hand in this folder."""
import torch
from torch import nn
from torch.nn import functional as f
from torchvision.ops import StochasticDepth
from modules import case, refused, write

for n, shape, sides in ((1, (1, 2, 4), "[1, 2]"), (2, (1, 2, 3, 4), "[1, 2, 0, 2]"), (3, (1, 1, 3, 3, 3), "[1, 2, 0, 2, 1, 1]")):
    each = tuple(int(v) for v in sides[1:-1].split(","))
    for kind in ("Reflection", "Replication"):
        layer = getattr(nn, f"{kind}Pad{n}d")
        case(f"new {kind}Pad{n}d(1)", lambda: layer(1), shape)
        case(f"new {kind}Pad{n}d({sides})", lambda: layer(each), shape)
    constant = getattr(nn, f"ConstantPad{n}d")
    case(f"new ConstantPad{n}d(1, 3.5)", lambda: constant(1, 3.5), shape)
    case(f"new ConstantPad{n}d({sides}, -1)", lambda: constant(each, -1), shape)
    case(f"new ZeroPad{n}d({sides})", lambda: constant(each, 0), shape)
    case(f"new CircularPad{n}d({sides})", lambda: nn.Identity(), shape, call=lambda m, x: f.pad(x, each, mode="circular"))
case("new ZeroPad2d([-1, 1, 0, 2])", lambda: nn.ZeroPad2d((-1, 1, 0, 2)), (1, 1, 3, 3))
case("new ReflectionPad2d(2)", lambda: nn.ReflectionPad2d(2), (2, 3, 3))

up = nn.Upsample
MODES = {"nearest": "Nearest", "linear": "Linear", "bilinear": "Bilinear", "bicubic": "Bicubic", "trilinear": "Trilinear", "area": "Area",
         "nearest-exact": "NearestExact"}
for mode, shape in (("nearest", (1, 2, 5)), ("nearest", (1, 2, 3, 4)), ("nearest", (1, 1, 2, 3, 2)), ("linear", (2, 2, 5)), ("bilinear", (1, 2, 3, 4)),
                    ("bicubic", (1, 2, 4, 3)), ("trilinear", (1, 1, 2, 3, 2)), ("area", (1, 2, 5)), ("area", (1, 2, 3, 4)),
                    ("nearest-exact", (1, 2, 3, 4))):
    word = MODES[mode]
    size = {3: 7, 4: (5, 6), 5: (3, 4, 5)}[len(shape)]
    case(f"new Upsample({size}, mode: InterpolateMode.{word})", lambda: up(size, mode=mode), shape)
    case(f"new Upsample({size}, mode: InterpolateMode.{word})", lambda: up(size, mode=mode), (0, *shape[1:]))
    case(f"new Upsample(scaleFactor: 2, mode: InterpolateMode.{word})", lambda: up(scale_factor=2, mode=mode), shape)
    case(f"new Upsample(scaleFactor: 1.7, mode: InterpolateMode.{word})", lambda: up(scale_factor=1.7, mode=mode), shape)
    case(f"new Upsample(scaleFactor: 0.6, mode: InterpolateMode.{word})", lambda: up(scale_factor=0.6, mode=mode), shape)
    if mode in ("linear", "bilinear", "bicubic", "trilinear"):
        case(f"new Upsample({size}, mode: InterpolateMode.{word}, alignCorners: true)", lambda: up(size, mode=mode, align_corners=True), shape)
        case(f"new Upsample(scaleFactor: 1.7, mode: InterpolateMode.{word}, recomputeScaleFactor: true)",
             lambda: up(scale_factor=1.7, mode=mode, recompute_scale_factor=True), shape)
case("new Upsample(scaleFactor: (2.0, 1.5), mode: InterpolateMode.Bilinear)", lambda: up(scale_factor=(2.0, 1.5), mode="bilinear"), (1, 1, 3, 4))
case("new Upsample((1, 1), mode: InterpolateMode.Bilinear, alignCorners: true)", lambda: up((1, 1), mode="bilinear", align_corners=True), (1, 1, 3, 4))
case("new UpsamplingNearest2d(scaleFactor: 3)", lambda: nn.UpsamplingNearest2d(scale_factor=3), (1, 2, 2, 3))
case("new UpsamplingBilinear2d(scaleFactor: 2)", lambda: nn.UpsamplingBilinear2d(scale_factor=2), (1, 2, 3, 2))
case("new PixelShuffle(2)", lambda: nn.PixelShuffle(2), (2, 8, 2, 3))
case("new PixelUnshuffle(2)", lambda: nn.PixelUnshuffle(2), (2, 2, 4, 6))
for ahead in ((), (2, 1, 2)):
    case("new PixelShuffle(2)", lambda: nn.PixelShuffle(2), (*ahead, 8, 2, 3))
    case("new PixelUnshuffle(2)", lambda: nn.PixelUnshuffle(2), (*ahead, 2, 4, 6))
# PyTorch has no gradient of its own channel_shuffle.
case("new ChannelShuffle(2)", lambda: nn.Identity(), (2, 6, 2, 3), call=lambda m, x: x.view(2, 2, 3, 2, 3).transpose(1, 2).reshape(x.shape))
case("new Unfold((2, 3))", lambda: nn.Unfold((2, 3)), (2, 2, 4, 5))
case("new Unfold(2, 2, 1, (2, 1))", lambda: nn.Unfold(2, 2, 1, (2, 1)), (1, 2, 4, 3))
case("new Fold2d((4, 5), (2, 3))", lambda: nn.Fold((4, 5), (2, 3)), (2, 12, 9))
case("new Fold2d((4, 3), 2, 2, 1, (2, 1))", lambda: nn.Fold((4, 3), 2, 2, 1, (2, 1)), (1, 8, 6))
case("new Unfold((2, 3))", lambda: nn.Unfold((2, 3)), (2, 4, 5))
case("new Fold2d((4, 5), (2, 3))", lambda: nn.Fold((4, 5), (2, 3)), (12, 9))
case("new Flatten(0, 1)", lambda: nn.Flatten(0, 1), (2, 3, 4))
case("new Flatten(1, 2)", lambda: nn.Flatten(1, 2), (2, 3, 2, 2))
case("new Unflatten(1, 2, 3)", lambda: nn.Unflatten(1, (2, 3)), (2, 6))
case("new Unflatten(-1, -1, 2)", lambda: nn.Unflatten(-1, (-1, 2)), (2, 3, 4))
for name, options in (("new CosineSimilarity()", {}), ("new CosineSimilarity(0)", {"dim": 0})):
    case(name, lambda: nn.CosineSimilarity(**options), (3, 4), (3, 4))
case("new CosineSimilarity(-1)", lambda: nn.CosineSimilarity(-1), (2, 3, 4), (3, 4))
case("new PairwiseDistance()", lambda: nn.PairwiseDistance(), (3, 4), (3, 4))
case("new PairwiseDistance(1, keepAxis: true)", lambda: nn.PairwiseDistance(1, keepdim=True), (3, 4), (1, 4))
case("new Bilinear(3, 4, 2)", lambda: nn.Bilinear(3, 4, 2), (5, 3), (5, 4))
case("new Bilinear(3, 2, 4, false)", lambda: nn.Bilinear(3, 2, 4, False), (2, 2, 3), (2, 2, 2))
case("F.Normalize(x)", lambda: nn.Identity(), (3, 4), call=lambda m, x: f.normalize(x))
case("F.Normalize(x, 1, 0)", lambda: nn.Identity(), (3, 4), call=lambda m, x: f.normalize(x, 1, 0))

for training in (True, False):
    case("new Dropout1d(0.4)", lambda: nn.Dropout1d(0.4), (3, 5, 2), training=training, double=False)
    case("new Dropout2d(0.4)", lambda: nn.Dropout2d(0.4), (3, 5, 2, 2), training=training, double=False)
    case("new AlphaDropout(0.3)", lambda: nn.AlphaDropout(0.3), (4, 5), training=training, double=False)
    case("new StochasticDepth(0.4)", lambda: StochasticDepth(0.4, "row"), (7, 2, 2), training=training, double=False)
case("new Dropout1d(0.4)", lambda: nn.Dropout1d(0.4), (5, 3), double=False)
case("new Dropout2d()", lambda: nn.Dropout2d(), (3, 5, 2), double=False)
case("new Dropout3d(0.4)", lambda: nn.Dropout3d(0.4), (2, 5, 2, 1, 2), double=False)
case("new Dropout3d(1)", lambda: nn.Dropout3d(1), (2, 5, 2, 1, 2), double=False)
case("new FeatureAlphaDropout(0.3)", lambda: nn.FeatureAlphaDropout(0.3), (3, 4, 2, 2), double=False)
case("new StochasticDepth(0.4, StochasticDepthMode.Batch)", lambda: StochasticDepth(0.4, "batch"), (7, 2, 2), double=False)
case("new StochasticDepth(1)", lambda: StochasticDepth(1, "row"), (3, 2), double=False)


def lazy(name, layer, *shapes, training=True):
    """The lazy layer after its first input; PyTorch turns it into the other one, whose parameters these are."""
    def make():
        module = layer()
        state = torch.random.get_rng_state()
        module(torch.zeros(shapes[0]))
        return module
    case(name, make, *shapes, training=training)


lazy("new LazyLinear(3)", lambda: nn.LazyLinear(3), (2, 4))
lazy("new LazyConv1d(3, 2)", lambda: nn.LazyConv1d(3, 2), (2, 4, 5))
lazy("new LazyConv2d(4, (2, 3), 2, 1, 1, 2, false)", lambda: nn.LazyConv2d(4, (2, 3), 2, 1, 1, 2, False), (1, 2, 4, 5))
lazy("new LazyConv3d(3, 2)", lambda: nn.LazyConv3d(3, 2), (1, 2, 3, 3, 3))
lazy("new LazyConvTranspose1d(3, 2)", lambda: nn.LazyConvTranspose1d(3, 2), (1, 2, 4))
lazy("new LazyConvTranspose2d(3, 2, 2, 0, 1)", lambda: nn.LazyConvTranspose2d(3, 2, 2, 0, 1), (1, 2, 2, 3))
lazy("new LazyConvTranspose3d(1, 2)", lambda: nn.LazyConvTranspose3d(1, 2), (1, 2, 2, 2, 2))
lazy("new LazyBatchNorm1d()", lambda: nn.LazyBatchNorm1d(), (4, 3))
lazy("new LazyBatchNorm2d()", lambda: nn.LazyBatchNorm2d(), (2, 3, 2, 2))
for training in (True, False):
    lazy("new LazyInstanceNorm1d()", lambda: nn.LazyInstanceNorm1d(), (4, 3, 5), training=training)
lazy("new LazyInstanceNorm2d(1e-3, 0.3, trackRunningStats: false)", lambda: nn.LazyInstanceNorm2d(1e-3, 0.3, track_running_stats=False), (2, 3, 2, 2))
lazy("new LazyInstanceNorm3d(affine: false)", lambda: nn.LazyInstanceNorm3d(affine=False), (2, 2, 2, 2, 1))
lazy("new LazyBatchNorm3d(momentum: null)", lambda: nn.LazyBatchNorm3d(momentum=None), (2, 2, 2, 2, 1))

refused("new ReflectionPad1d(4)", lambda: nn.ReflectionPad1d(4), (1, 2, 4))
refused("new ReflectionPad2d(1)", lambda: nn.ReflectionPad2d(1), (2, 4))
refused("new ZeroPad2d([-2, -2, 0, 0])", lambda: nn.ZeroPad2d((-2, -2, 0, 0)), (1, 1, 3, 3))
refused("new Upsample(7, mode: InterpolateMode.Linear)", lambda: up(7, mode="linear"), (1, 2, 3, 4))
refused("new Upsample(7, mode: InterpolateMode.Nearest, alignCorners: true)", lambda: up(7, mode="nearest", align_corners=True), (1, 2, 3))
refused("new Upsample(7, 2.0)", lambda: up(7, 2.0), (1, 2, 3))
refused("new Upsample()", lambda: up(), (1, 2, 3))
refused("new PixelShuffle(2)", lambda: nn.PixelShuffle(2), (2, 6, 2, 3))
refused("new PixelUnshuffle(2)", lambda: nn.PixelUnshuffle(2), (2, 6, 3, 2))
refused("new ChannelShuffle(4)", lambda: nn.ChannelShuffle(4), (2, 6, 2, 3))
refused("new Unfold((2, 3))", lambda: nn.Unfold((2, 3)), (2, 2, 1, 5))
refused("new Fold2d((4, 5), (2, 3))", lambda: nn.Fold((4, 5), (2, 3)), (2, 12, 8))
refused("new Unflatten(1, 2, 3)", lambda: nn.Unflatten(1, (2, 3)), (2, 5))
refused("new Bilinear(3, 4, 2)", lambda: nn.Bilinear(3, 4, 2), (5, 3), (4, 4))
refused("new Dropout2d(1.5)", lambda: nn.Dropout2d(1.5), (3, 5, 2))
refused("new StochasticDepth(1.5)", lambda: StochasticDepth(1.5, "row"), (3, 5, 2))
refused("new LazyConv1d(3, 2)", lambda: nn.LazyConv1d(3, 2), (2, 4, 5, 5))
refused("new LazyBatchNorm2d()", lambda: nn.LazyBatchNorm2d(), (2, 3, 2))
write("shape-modules.json")
