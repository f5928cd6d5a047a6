"""Writes activation-modules.json: the activation modules of PyTorch 1.13.1 on CPU, and weight and spectral normalization. Run by hand in
this folder."""
import torch
from torch import nn
from torch.nn import functional as f
from torch.nn.utils import spectral_norm, weight_norm
from modules import case, refused, write

S = (2, 4, 3)
for name, make in {
    "new ELU()": lambda: nn.ELU(), "new ELU(0.7)": lambda: nn.ELU(0.7), "new SELU()": lambda: nn.SELU(), "new CELU()": lambda: nn.CELU(),
    "new CELU(0.7)": lambda: nn.CELU(0.7), "new ReLU6()": lambda: nn.ReLU6(), "new Hardtanh()": lambda: nn.Hardtanh(),
    "new Hardtanh(-0.5, 2)": lambda: nn.Hardtanh(-0.5, 2), "new Hardshrink()": lambda: nn.Hardshrink(),
    "new Hardshrink(0.75)": lambda: nn.Hardshrink(0.75), "new Hardsigmoid()": lambda: nn.Hardsigmoid(),
    "new Hardswish()": lambda: nn.Hardswish(), "new LogSigmoid()": lambda: nn.LogSigmoid(), "new Mish()": lambda: nn.Mish(),
    "new Softplus()": lambda: nn.Softplus(), "new Softplus(2, 1)": lambda: nn.Softplus(2, 1), "new Softshrink()": lambda: nn.Softshrink(),
    "new Softshrink(0.75)": lambda: nn.Softshrink(0.75), "new Softsign()": lambda: nn.Softsign(), "new Tanhshrink()": lambda: nn.Tanhshrink(),
    "new Threshold(0.375, -2)": lambda: nn.Threshold(0.375, -2), "new GELU(GeluApproximation.Tanh)": lambda: nn.GELU("tanh"),
    "new PReLU()": lambda: nn.PReLU(), "new PReLU(4, 0.1)": lambda: nn.PReLU(4, 0.1), "new GLU(1)": lambda: nn.GLU(1),
    "new GLU(-2)": lambda: nn.GLU(-2), "new Softmin(2)": lambda: nn.Softmin(2), "new Softmax(1)": lambda: nn.Softmax(1),
    "new Softmax()": lambda: nn.Softmax(), "new LogSoftmax(-1)": lambda: nn.LogSoftmax(-1), "new Softmax2d()": lambda: nn.Softmax2d(),
}.items():
    case(name, make, S, whole=name in ("new PReLU()", "new Hardtanh()"))
case("new PReLU(5)", lambda: nn.PReLU(5), (3, 5))
case("new PReLU(3)", lambda: nn.PReLU(3), (2, 3, 2, 2))
case("new Softmax2d()", lambda: nn.Softmax2d(), (2, 3, 2, 2))
for shape in ((5,), (3, 4), (2, 2, 3, 2)):
    case("new Softmax()", lambda: nn.Softmax(), shape)
    case("new Softmin()", lambda: nn.Softmin(), shape)
    case("new LogSoftmax()", lambda: nn.LogSoftmax(), shape)
for training in (True, False):
    case("new RReLU()", lambda: nn.RReLU(), (2, 4, 5), training=training, double=False)
    case("new RReLU(0.1, 0.9)", lambda: nn.RReLU(0.1, 0.9), (3, 7), training=training, double=False)
for name, options in {"GumbelSoftmax(x)": {}, "GumbelSoftmax(x, 0.5, true)": {"tau": 0.5, "hard": True},
                      "GumbelSoftmax(x, 2, false, 0)": {"tau": 2, "dim": 0}}.items():
    case(name, lambda: nn.Identity(), (3, 5), double=False, call=lambda m, x: f.gumbel_softmax(x, **options))

for name, layer, shape in (("new Linear(4, 3)", lambda: nn.Linear(4, 3), (2, 4)),
                           ("new Linear(4, 3, bias: false)", lambda: nn.Linear(4, 3, bias=False), (2, 4)),
                           ("new Conv2d(2, 3, 2)", lambda: nn.Conv2d(2, 3, 2), (2, 2, 3, 4))):
    case(f"new WeightNorm({name})", lambda: weight_norm(layer()), shape)
    case(f"new WeightNorm({name}, 1)", lambda: weight_norm(layer(), dim=1), shape)
    case(f"new WeightNorm({name}, null)", lambda: weight_norm(layer(), dim=None), shape)
    for training in (True, False):
        case(f"new SpectralNorm({name})", lambda: spectral_norm(layer()), shape, training=training, steps=3, after=("weight_u", "weight_v"))
    case(f"new SpectralNorm({name}, 3, axis: 1)", lambda: spectral_norm(layer(), n_power_iterations=3, dim=1), shape,
         after=("weight_u", "weight_v"))
# A layer of two inputs, and one whose input are positions.
PLACES = torch.tensor([[0, 3], [2, 0]])
for name, layer, shapes, call in (
        ("new Bilinear(3, 4, 2)", lambda: nn.Bilinear(3, 4, 2), ((5, 3), (5, 4)), None),
        ("new Embedding(5, 3)", lambda: nn.Embedding(5, 3), ((2, 2, 3),), lambda m, x: m(PLACES) * x)):
    case(f"new WeightNorm({name})", lambda: weight_norm(layer()), *shapes, call=call)
    case(f"new SpectralNorm({name})", lambda: spectral_norm(layer()), *shapes, call=call, steps=3, after=("weight_u", "weight_v"))

refused("new PReLU(3)", lambda: nn.PReLU(3), (2, 4, 3))
refused("new PReLU(3)", lambda: nn.PReLU(3), (3,))
refused("new GLU(1)", lambda: nn.GLU(1), (2, 3))
refused("new GLU(3)", lambda: nn.GLU(3), (2, 4))
refused("new Softmax(3)", lambda: nn.Softmax(3), (2, 4))
refused("new Softmax2d()", lambda: nn.Softmax2d(), (2, 4))
refused("new Softshrink(-1)", lambda: nn.Softshrink(-1), (2, 4))
refused("new Hardtanh(1, -1)", lambda: nn.Hardtanh(1, -1), (2, 4))
refused("new SpectralNorm(new Linear(4, 3), 0)", lambda: spectral_norm(nn.Linear(4, 3), n_power_iterations=0), (2, 4))
refused("new SpectralNorm(new ReLU())", lambda: spectral_norm(nn.ReLU()), (2, 4))
refused("new WeightNorm(new ReLU())", lambda: weight_norm(nn.ReLU()), (2, 4))
write("activation-modules.json")
