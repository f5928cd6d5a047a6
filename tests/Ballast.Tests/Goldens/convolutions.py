"""Writes convolutions.json: nn.functional.conv2d of PyTorch 1.13.1 on CPU with its gradients. Run by hand in this folder."""
import torch
from torch.nn import functional
from golden import flat, grads, save

g = torch.Generator().manual_seed(1989)


def convolution(n, c, h, w, k, kernel, stride=1, padding=0, dilation=1, groups=1, bias=True):
    x = torch.randn(n, c, h, w, generator=g).requires_grad_()
    fan_in = c // groups * kernel * kernel
    weight = (torch.randn(k, c // groups, kernel, kernel, generator=g) / fan_in ** 0.5).requires_grad_()
    b = torch.randn(k, generator=g).requires_grad_() if bias else None
    # In double, so that the numbers are nobody's rounding but the last.
    inputs = [t.detach().double().requires_grad_() for t in ([x, weight, b] if bias else [x, weight])]
    y = functional.conv2d(inputs[0], inputs[1], inputs[2] if bias else None, stride, padding, dilation, groups)
    cotangent = torch.randn(y.shape, generator=g)
    got = [t.float() for t in grads(y, cotangent.double(), *inputs)] + [None]
    return {"name": f"{n}x{c}x{h}x{w} to {k}, kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}, "
                    f"groups {groups}{'' if bias else ', no bias'}",
            "shape": [n, c, h, w], "channels": k, "kernel": kernel, "stride": stride, "padding": padding,
            "dilation": dilation, "groups": groups, "input": flat(x), "weight": flat(weight), "bias": flat(b),
            "output": flat(y.float()), "cotangent": flat(cotangent), "grad_input": flat(got[0]),
            "grad_weight": flat(got[1]), "grad_bias": flat(got[2])}


save("convolutions.json", cases=[
    convolution(1, 1, 1, 1, 1, 1),
    convolution(2, 3, 5, 4, 2, 3),
    convolution(2, 3, 8, 8, 5, 3, padding=1),
    convolution(1, 3, 9, 7, 4, 3, padding=2, bias=False),
    convolution(2, 5, 6, 6, 7, 1),
    convolution(2, 4, 7, 7, 6, 1, stride=2, bias=False),
    convolution(2, 3, 9, 8, 4, 3, stride=2, padding=1),
    convolution(1, 2, 11, 10, 3, 5, stride=3, padding=2),
    convolution(2, 2, 9, 9, 3, 3, dilation=2, padding=1),
    convolution(1, 4, 10, 9, 6, 3, stride=2, padding=3, dilation=2, groups=2),
    convolution(2, 6, 6, 5, 6, 3, padding=1, groups=6),
    convolution(1, 3, 6, 6, 6, 3, padding=1, groups=3),
    convolution(1, 4, 6, 6, 2, 2, stride=2, groups=2),
    convolution(1, 3, 4, 4, 2, 4),
    convolution(1, 2, 3, 12, 3, 2, stride=4, padding=1),
    # Where Winograd's tiles fit, and where their edges hang over.
    convolution(1, 16, 8, 8, 16, 3, padding=1, bias=False),
    convolution(2, 16, 5, 7, 32, 3, padding=1),
    convolution(1, 32, 4, 6, 16, 3, padding=0, bias=False),
    convolution(1, 16, 6, 6, 48, 3, padding=2),
    convolution(1, 16, 1, 2, 16, 3, padding=1),
    convolution(2, 20, 6, 9, 36, 3, padding=1, bias=False),
    convolution(1, 34, 4, 4, 33, 3, padding=1),
    # Half a register of input channels behind a whole one, or alone; a single tile that hangs over on two sides.
    convolution(1, 24, 7, 6, 32, 3, padding=1),
    convolution(2, 8, 6, 5, 16, 3, padding=1, bias=False),
    convolution(2, 16, 3, 3, 32, 3, padding=1, bias=False),
])
