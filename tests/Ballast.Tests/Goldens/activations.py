"""Writes activations.json and dropout.json: activations of PyTorch 1.13.1 on CPU, computed in float64 and rounded, and what
Dropout draws. Run by hand in this folder."""
import torch
from torch import nn
from golden import flat, grads, save

g = torch.Generator().manual_seed(20160627)
INPUTS = {
    "random": torch.randn(67, generator=g) * 2,
    "wide": torch.linspace(-12, 12, 97),
    "near zero": torch.tensor([0.0, -0.0, 1e-30, -1e-30, 1e-7, -1e-7, 1e-3, -1e-3]),
    "large": torch.tensor([20.0, -20.0, 50.0, -50.0, 88.0, -80.0]),
}
ACTIVATIONS = {
    "LeakyReLU": nn.LeakyReLU(), "LeakyReLU 0.3": nn.LeakyReLU(0.3), "LeakyReLU -0.5": nn.LeakyReLU(-0.5), "GELU": nn.GELU(),
    "GELU tanh": nn.GELU(approximate="tanh"), "SiLU": nn.SiLU(), "Sigmoid": nn.Sigmoid(), "Tanh": nn.Tanh(),
    "erf": torch.erf}
cases = []
for name, activation in ACTIVATIONS.items():
    for which, values in INPUTS.items():
        x = values.double().requires_grad_()
        cotangent = torch.randn(x.shape, generator=g)
        y = activation(x)
        (dx,) = grads(y, cotangent.double(), x)
        cases.append({"name": f"{name}, {which}", "activation": name, "input": flat(values), "cotangent": flat(cotangent),
                      "output": flat(y.float()), "grad_input": flat(dx.float())})
save("activations.json", cases=cases)

# For each case the default generator starts at the seed, skips some 32-bit draws, and then the layer runs twice; next is
# a uniform value drawn behind it.
cases = []
for p, shape, skip in ((0.5, (3, 5), 0), (0.15, (2, 3, 4, 4), 1), (0.3, (700,), 3), (0.9, (5, 7), 0), (0.0, (4,), 0),
                       (1.0, (4,), 0), (1 / 3, (1, 1), 623)):
    torch.manual_seed(42)
    torch.rand(skip)
    layer = nn.Dropout(p)
    x = torch.randn(shape, generator=g).requires_grad_()
    cotangent = torch.randn(shape, generator=g)
    first, second = layer(x), layer(x)
    following = torch.rand(1).item()
    layer.eval()
    still = layer(x)
    cases.append({"name": f"p {p} {list(shape)}", "p": p, "skip": skip, "shape": list(shape), "input": flat(x),
                  "cotangent": flat(cotangent), "first": flat(first), "second": flat(second), "next": following,
                  "grad_input": flat(grads(second, cotangent, x)[0]), "evaluation": flat(still)})
save("dropout.json", cases=cases)
