"""Writes antialias.json: F.interpolate(antialias=True) of PyTorch 1.13.1 and its gradients. Run by hand in this folder."""
import torch
from golden import flat, save

g = torch.Generator().manual_seed(3)
cases = []
for mode in ("bilinear", "bicubic"):
    for shape, options in (((1, 2, 9, 7), {"size": (4, 3)}), ((1, 1, 8, 5), {"size": (3, 9)}), ((1, 1, 16, 11), {"size": (1, 2)}),
                           ((1, 1, 5, 6), {"size": (8, 7)}), ((1, 1, 11, 13), {"scale_factor": 0.37}), ((1, 1, 9, 8), {"scale_factor": (0.5, 0.3)}),
                           ((1, 1, 11, 13), {"scale_factor": 0.37, "recompute_scale_factor": True}), ((1, 1, 9, 7), {"size": (4, 3), "align_corners": True}),
                           ((1, 1, 6, 6), {"size": (6, 6)})):
        x = torch.randn(shape, generator=g, requires_grad=True)
        y = torch.nn.functional.interpolate(x, mode=mode, antialias=True, **options)
        cotangent = torch.randn(y.shape, generator=g)
        grad, = torch.autograd.grad(y, x, cotangent)
        factor = options.get("scale_factor")
        cases.append({"mode": mode, "shape": list(shape), "size": options.get("size"), "factors": [factor] * 2 if isinstance(factor, float) else factor,
                      "recompute": options.get("recompute_scale_factor", False), "align": options.get("align_corners"), "x": flat(x),
                      "result_shape": list(y.shape), "y": flat(y), "cotangent": flat(cotangent), "grad": flat(grad)})
save("antialias.json", cases=cases)
